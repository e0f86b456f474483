story="The host behind the terminals needs three seconds for each screen"
cause=telnet/slow-response party="server" place=server-side
must="telnet/slow-response|perf/server-think|perf/response-time"
needs="telnetd inetutils-telnet"
allow="perf/server-think perf/response-time perf/server-pause perf/client-think"
healthy_allow="security/cleartext-password"
limit=70
scene() {
	printf '#!/bin/bash\nprintf "ready> "\nwhile read -r line; do sleep %s; echo "you said $line"; printf "ready> "; done\n' \
		$(faulty && echo 3 || echo 0.05) >$D_/shell
	chmod +x $D_/shell
	telnet_program=$D_/shell telnet_server
	faulty && fault_begins
	typing=$(faulty && echo 4 || echo 1) types c one two three four
}
