only=healthy
story="A program uses a database over one connection, with pauses"
needs="redis-server redis-cli"
snap=100
scene() {
	redis_server
	{ local i; for i in 1 2 3 4 5 6 7 8; do echo "SET k$i v$i"; echo "GET k$i"; sleep 0.3; done; } | on c redis-cli -h $S >/dev/null
}
