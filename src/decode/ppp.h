/* PPP, for what carries it. */
#ifndef DECODE_PPP_H
#define DECODE_PPP_H

extern const struct decoder ppp_decoder;

#endif
