only=healthy
story="A user types at a terminal"
needs="telnetd inetutils-telnet"
scene() { telnet_server; typing=0.6 types c "ls /" date "cat /etc/hostname"; }
