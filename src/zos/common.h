/* Rows that the panels of all traces have. */
#ifndef ZOS_COMMON_H
#define ZOS_COMMON_H

#define ZOS_SYSTEM_PARAMETERS \
	{ .option = "tcpip", .label = "TCP/IP Proc", .argument = "PROC", .range = "TCP/IP Proc Name", \
	  .initial = "TCPIP", .check = zos_check_name, .most = 8 }, \
	{ .option = "writer", .label = "Writer Proc", .argument = "PROC", .range = "External Writer Proc Name", \
	  .initial = "AESWRT", .check = zos_check_name, .most = 8 }, \
	{ .option = "parm", .label = "Parm Member", .argument = "MEMBER", \
	  .range = "Trace Options Parmlib Member, NONE to reply instead", \
	  .initial = "CTAESPRM", .check = zos_check_name, .most = 8 }, \
	{ .option = "wrap", .label = "Wrap", .argument = "WRAP|NOWRAP", \
	  .range = "WRAP overwrites the oldest records, NOWRAP stops when full", \
	  .initial = "WRAP", .check = zos_check_number, .words = "WRAP NOWRAP" }

#define ZOS_OUTPUT_PARAMETERS \
	{ .option = "dataset", .label = "Data Set", .argument = "NAME", .range = "data set that the writer fills", \
	  .initial = "TRACE.DATASET", .check = zos_check_data_set }, \
	{ .option = "rate", .label = "Expected Rate", .argument = "N", \
	  .range = "1 - 100000000 packets/s, to reckon disk space with", \
	  .initial = "1000", .check = zos_check_number, .least = 1, .most = 100000000 }, \
	{ .option = "size", .label = "Expected Size", .argument = "N", \
	  .range = "1 - 65535 bytes of a packet, to reckon disk space with", \
	  .initial = "500", .check = zos_check_number, .least = 1, .most = 65535 }, \
	{ .option = "for", .label = "Expected Time", .argument = "N", \
	  .range = "1 - 10080 minutes, to reckon disk space with", \
	  .initial = "10", .check = zos_check_number, .least = 1, .most = 10080 }

#endif
