/* A talk block while it is read and run. */
#ifndef SUPPORT_TALK_H
#define SUPPORT_TALK_H

#include "compiler.h"
#include "tcp_model.h"

struct talk {
	struct model_script script;
	size_t flow;                 /* index */
	int64_t start;
	int64_t base[2];             /* positions at which the model's zeros are */
	struct text content[2];      /* what the programs write, from base on */
	int64_t last_time;
};

#endif
