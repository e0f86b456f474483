story="From one moment on nothing comes back from the server; what the client sends still arrives"
cause=tcp/rto-backoff party="network" place=server-side
must="tcp/rto-backoff|tcp/connection-lost|tcp/idle-drop" must_server="" party_server="network|none|client"
must_middle="tcp/rto-backoff|tcp/connection-lost|tcp/idle-drop"
allow="$loss_effects $end_effects tcp/idle-drop"
limit=70
twin=two-pieces
scene() {
	chat_server 7000
	chat ask $S 7000 20 300 every 0.3 &
	sleep 2
	fault r2m in drop
	sleep 20
	kill $! 2>/dev/null; pkill -f "chat.py ask"
}
