#include "session/exchanges.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* A client that asks more before it reads an answer is rare, and then the oldest will not be missed. */
#define MAX_OPEN 64
#define FIRST_OPEN 2

struct open_exchange {
	uint64_t id;
	struct session_exchange exchange;
};

struct exchanges {
	struct open_exchange *open;  /* oldest first */
	uint32_t count, capacity;
};

void exchanges_destroy(struct exchanges *exchanges)
{
	if (!exchanges)
		return;
	free(exchanges->open);
	free(exchanges);
}

/* Most conversations wait for one answer at a time, and many are kept long after their last. */
static void forget_room(struct exchanges *exchanges)
{
	free(exchanges->open);
	exchanges->open = NULL;
	exchanges->capacity = 0;
}

static void take_out(struct exchanges *exchanges, uint32_t at)
{
	exchanges->count--;
	if (!exchanges->count)
		forget_room(exchanges);
	else
		memmove(&exchanges->open[at], &exchanges->open[at + 1],
			(exchanges->count - at) * sizeof *exchanges->open);
}

static void hand_out(struct message_room *room, const struct session_exchange *exchange)
{
	if (room->exchange_count < OBSERVATION_MAX_EXCHANGES)
		room->exchanges[room->exchange_count++] = *exchange;
}

/* The place of the oldest with this id that still waits; `last`: of the newest. `count` when there is none. */
static uint32_t find(const struct exchanges *exchanges, const struct decoder *decoder, uint64_t id, bool last)
{
	uint32_t found = exchanges->count;
	for (uint32_t i = 0; i < exchanges->count; i++) {
		if (exchanges->open[i].id != id || exchanges->open[i].exchange.decoder != decoder)
			continue;
		if (!last)
			return i;
		found = i;
	}
	return found;
}

static struct open_exchange *add(struct exchanges *exchanges)
{
	if (exchanges->count == MAX_OPEN)
		take_out(exchanges, 0);
	if (exchanges->count == exchanges->capacity) {
		uint32_t capacity = exchanges->capacity ? exchanges->capacity * 2 : FIRST_OPEN;
		struct open_exchange *open = memory_zeroed(capacity, sizeof *open);
		if (exchanges->count)
			memcpy(open, exchanges->open, exchanges->count * sizeof *open);
		free(exchanges->open);
		exchanges->open = open;
		exchanges->capacity = capacity;
	}
	return &exchanges->open[exchanges->count++];
}

static void keep_words(struct message_room *room, const struct decoder *decoder, const void *facts,
		       struct session_exchange *exchange)
{
	if (!room->wants_words || !decoder->words)
		return;
	text_clear(&room->text);
	decoder->words(&room->text, facts);
	/* "http : GET /": who asks knows the protocol already. */
	const char *words = room->text.length ? strstr(room->text.bytes, " : ") : NULL;
	words = words && words - room->text.bytes < 12 ? words + 3 : room->text.bytes;
	if (words)
		strncpy(exchange->request, words, sizeof exchange->request - 1);
}

static void begin(struct exchanges *exchanges, struct message_room *room, const struct decoder *decoder,
		  const void *facts, const struct exchange_mark *mark, uint8_t direction)
{
	const struct record *record = room->packet->record;
	uint32_t again = find(exchanges, decoder, mark->id, true);
	/* The same id once more, before an answer, is the question repeated. */
	if (mark->id && again < exchanges->count && !exchanges->open[again].exchange.response_packet) {
		exchanges->open[again].exchange.repeats++;
		return;
	}
	struct open_exchange *open = add(exchanges);
	*open = (struct open_exchange){ .id = mark->id, .exchange = {
		.decoder = decoder, .client = direction,
		.request_packet = record->number, .request_last_packet = record->number,
		.request_time = record->time, .request_last_time = record->time } };
	keep_words(room, decoder, facts, &open->exchange);
}

static void answer(struct session_exchange *exchange, const struct record *record,
		   const struct exchange_mark *mark)
{
	if (!exchange->response_packet) {
		exchange->response_packet = record->number;
		exchange->response_time = record->time;
	}
	exchange->response_last_packet = record->number;
	exchange->response_last_time = record->time;
	/* The end of an answer may take back what its beginning said (gRPC). */
	if (mark->role == EXCHANGE_RESPONSE_END && !mark->failed)
		return;
	exchange->answered = true;
	exchange->failed = mark->failed;
	exchange->code = mark->code;
	exchange->status = mark->status;
}

/* True when the mark belongs to a question of its own or of the session. */
static void go_on(struct exchanges *exchanges, struct message_room *room, const struct decoder *decoder,
		  const struct exchange_mark *mark)
{
	const struct record *record = room->packet->record;
	uint32_t at = find(exchanges, decoder, mark->id, mark->role == EXCHANGE_REQUEST_MORE);
	if (at == exchanges->count)
		return;
	struct session_exchange *exchange = &exchanges->open[at].exchange;
	switch (mark->role) {
	case EXCHANGE_REQUEST_MORE:
		exchange->request_last_packet = record->number;
		exchange->request_last_time = record->time;
		break;
	case EXCHANGE_PROGRESS:
		if (!exchange->progress_packet) {
			exchange->progress_packet = record->number;
			exchange->progress_time = record->time;
		}
		break;
	default:
		answer(exchange, record, mark);
		if (mark->role == EXCHANGE_RESPONSE_BEGIN)
			break;
		hand_out(room, exchange);
		take_out(exchanges, at);
	}
}

void exchanges_observe(struct exchanges **exchanges, struct message_room *room,
		       const struct decoder *decoder, const void *facts, uint8_t direction)
{
	struct exchange_mark mark = { .role = EXCHANGE_NONE };
	decoder->exchange(facts, &mark);
	if (mark.role == EXCHANGE_NONE || (!*exchanges && mark.role != EXCHANGE_REQUEST))
		return;
	if (!*exchanges)
		*exchanges = memory_zeroed(1, sizeof **exchanges);
	if (mark.role == EXCHANGE_REQUEST)
		begin(*exchanges, room, decoder, facts, &mark, direction);
	else
		go_on(*exchanges, room, decoder, &mark);
}

void exchanges_end(struct exchanges *exchanges, struct message_room *room)
{
	for (uint32_t i = 0; exchanges && i < exchanges->count; i++)
		hand_out(room, &exchanges->open[i].exchange);
	if (exchanges) {
		exchanges->count = 0;
		forget_room(exchanges);
	}
}
