#include "report/transaction.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "report/transaction_fill.h"

#define TURNS_KEPT 4                 /* turns that an exchange may still belong to */
#define EXCHANGES_KEPT 64            /* that wait for the end of their turn */
#define SLOTS_FIRST 64               /* a power of two */
#define WAITS_KEPT (TURNS_KEPT * TCP_WAITS)

struct kept_turn {
	struct tcp_transaction turn;
	bool asked;                          /* an exchange that was asked in it is told */
	bool told;                           /* an exchange that lay in it is */
};

/* A session with exchanges, or with TLS. Over TCP they wait for the end of the turn: what held up their last bytes may
 * be known only then. */
struct talk {
	const struct session *session;
	struct talk *next;
	uint32_t number;                     /* of the last transaction that was told */
	struct kept_turn *turns;             /* TURNS_KEPT, NULL before the first */
	uint32_t turn_count;
	uint32_t set_ups;                    /* of them, all in front: TLS's handshake, for what comes behind */
	bool has_exchanges;
	struct session_exchange *exchanges;
	uint32_t exchange_count;
	size_t exchange_capacity;
	int64_t sent_from, sent_until;       /* when the answer told last was under way */
};

struct transactions {
	transaction_found *found;
	void *user;
	struct talk **slots;
	size_t slot_count, count;
	bool full;                           /* nobody wants more */
};

struct transactions *transactions_create(transaction_found *found, void *user)
{
	struct transactions *transactions = memory_zeroed(1, sizeof *transactions);
	transactions->found = found;
	transactions->user = user;
	transactions->slot_count = SLOTS_FIRST;
	transactions->slots = memory_zeroed(SLOTS_FIRST, sizeof(struct talk *));
	return transactions;
}

static void destroy_talk(struct talk *talk)
{
	free(talk->exchanges);
	free(talk->turns);
	free(talk);
}

void transactions_destroy(struct transactions *transactions)
{
	if (!transactions)
		return;
	for (size_t i = 0; i < transactions->slot_count; i++)
		while (transactions->slots[i]) {
			struct talk *talk = transactions->slots[i];
			transactions->slots[i] = talk->next;
			destroy_talk(talk);
		}
	free(transactions->slots);
	free(transactions);
}

/* ---- The sessions that are under way ---- */

static struct talk **place_of(const struct transactions *transactions, const struct session *session)
{
	uint64_t hash = hash_mix((uintptr_t)session, 1);
	struct talk **place = &transactions->slots[hash & (transactions->slot_count - 1)];
	while (*place && (*place)->session != session)
		place = &(*place)->next;
	return place;
}

static void grow(struct transactions *transactions)
{
	struct talk **old = transactions->slots;
	size_t old_count = transactions->slot_count;
	transactions->slot_count *= 2;
	transactions->slots = memory_zeroed(transactions->slot_count, sizeof(struct talk *));
	for (size_t i = 0; i < old_count; i++)
		while (old[i]) {
			struct talk *talk = old[i];
			old[i] = talk->next;
			struct talk **place = place_of(transactions, talk->session);
			talk->next = NULL;
			*place = talk;
		}
	free(old);
}

/* Made with the first exchange or TLS's handshake: the turns before it were told by themselves. */
static struct talk *make_talk(struct transactions *transactions, const struct observation *observation)
{
	const struct session *session = observation->session;
	struct talk *talk = memory_zeroed(1, sizeof *talk);
	talk->session = session;
	talk->number = session->tcp ? session->tcp->transactions : 0;
	for (unsigned i = 0; i < observation->event_count; i++)      /* this packet's comes next */
		talk->number -= observation->events[i].type == EVENT_TRANSACTION;
	if (transactions->count++ == transactions->slot_count)
		grow(transactions);
	*place_of(transactions, session) = talk;
	return talk;
}

/* ---- Telling ---- */

static void tell(struct transactions *transactions, const struct session *session,
		 struct culprit_transaction *transaction, uint32_t number)
{
	transaction->number = number;
	if (!transactions->full)
		transactions->full = !transactions->found(transactions->user, session, transaction);
}

static bool asked_in(const struct session_exchange *exchange, const struct tcp_transaction *turn)
{
	return exchange->request_packet >= turn->request_packet &&
	       exchange->request_packet <= turn->request_last_packet;
}

static struct kept_turn *turn_of(struct talk *talk, const struct session_exchange *exchange)
{
	for (uint32_t i = 0; i < talk->turn_count; i++)
		if (asked_in(exchange, &talk->turns[i].turn))
			return &talk->turns[i];
	return NULL;
}

/* The waits of all turns that are kept, in order: turns follow each other, and so do their waits. */
static uint32_t gather_waits(const struct talk *talk, struct tcp_wait waits[static WAITS_KEPT])
{
	uint32_t count = 0;
	for (uint32_t i = 0; i < talk->turn_count; i++)
		for (uint32_t k = 0; k < talk->turns[i].turn.wait_count; k++)
			waits[count++] = talk->turns[i].turn.waits[k];
	return count;
}

static void mark_turns(struct talk *talk, const struct culprit_transaction *transaction)
{
	for (uint32_t i = 0; i < talk->turn_count; i++) {
		const struct tcp_transaction *turn = &talk->turns[i].turn;
		talk->turns[i].told |= turn->request_time < transaction->end_time &&
				       turn->response_last_time > transaction->request_time;
	}
}

/* Tells the oldest turn unless exchanges did: the decoder may not have understood it. */
static void retire_turn(struct transactions *transactions, struct talk *talk)
{
	struct culprit_transaction transaction;
	if (!talk->turns[0].told && !talk->turns[0].asked) {
		transaction_of_turn(&transaction, talk->session, &talk->turns[0].turn);
		tell(transactions, talk->session, &transaction, ++talk->number);
	}
	talk->turn_count--;
	talk->set_ups -= talk->set_ups > 0;
	memmove(talk->turns, talk->turns + 1, talk->turn_count * sizeof *talk->turns);
}

/* `next` is the exchange behind it; NULL: there is none yet. */
static void tell_exchange(struct transactions *transactions, struct talk *talk,
			  const struct session_exchange *exchange, const struct session_exchange *next)
{
	struct tcp_wait waits[WAITS_KEPT];
	struct culprit_transaction transaction;
	while (talk->turn_count && talk->turns[0].turn.response_last_packet < exchange->request_packet)
		retire_turn(transactions, talk);
	struct kept_turn *kept = turn_of(talk, exchange);
	struct surroundings around = { .waits = waits, .wait_count = gather_waits(talk, waits),
		.queued = talk->sent_from, .sending = talk->sent_until };
	if (kept) {
		around.turn = &kept->turn;
		around.first = !kept->asked;
		around.last = !next || !asked_in(next, &kept->turn);
		kept->asked = true;
	}
	transaction_of_exchange(&transaction, talk->session, exchange, &around);
	if (exchange->answered) {
		talk->sent_from = exchange->response_time;
		talk->sent_until = exchange->response_last_time;
	}
	mark_turns(talk, &transaction);
	tell(transactions, talk->session, &transaction, ++talk->number);
}

static void tell_oldest(struct transactions *transactions, struct talk *talk)
{
	tell_exchange(transactions, talk, &talk->exchanges[0],
		      talk->exchange_count > 1 ? &talk->exchanges[1] : NULL);
	talk->exchange_count--;
	memmove(talk->exchanges, talk->exchanges + 1, talk->exchange_count * sizeof *talk->exchanges);
}

/* The set-up of TLS is for the sake of the turn behind it, and a part of its time. */
static void merge_set_ups(struct talk *talk, struct tcp_transaction *turn)
{
	const struct tcp_transaction *first = &talk->turns[0].turn;
	const struct tcp_transaction *last = &talk->turns[talk->set_ups - 1].turn;
	for (int i = PART_DNS; i < PART_TLS; i++)
		turn->part[i] += first->part[i];
	turn->part[PART_TLS] += last->response_last_time - first->request_time;
	turn->client_think += first->client_think;
	turn->total = 0;
	for (int i = 0; i < RESPONSE_PARTS; i++)
		turn->total += turn->part[i];
	talk->turn_count -= talk->set_ups;
	memmove(talk->turns, talk->turns + talk->set_ups, talk->turn_count * sizeof *talk->turns);
	talk->set_ups = 0;
}

static void add_turn(struct transactions *transactions, struct talk *talk, const struct tcp_transaction *from)
{
	struct tcp_transaction turn = *from;
	if (!talk->turns)
		talk->turns = memory_zeroed(TURNS_KEPT, sizeof *talk->turns);
	bool sets_up = turn.sets_up_tls && talk->set_ups == talk->turn_count && talk->set_ups + 1 < TURNS_KEPT;
	if (!sets_up && talk->set_ups)
		merge_set_ups(talk, &turn);
	if (talk->turn_count == TURNS_KEPT)
		retire_turn(transactions, talk);
	talk->turns[talk->turn_count++] = (struct kept_turn){ .turn = turn };
	talk->set_ups += sets_up;
	if (sets_up)
		return;
	while (talk->exchange_count && (!talk->exchanges[0].answered ||
	       talk->exchanges[0].response_last_time <= turn.response_last_time))
		tell_oldest(transactions, talk);
	while (!talk->has_exchanges && talk->turn_count)
		retire_turn(transactions, talk);
}

static void add_exchange(struct transactions *transactions, struct talk *talk,
			 const struct session_exchange *exchange)
{
	if (talk->exchange_count == EXCHANGES_KEPT)
		tell_oldest(transactions, talk);
	talk->exchanges = memory_grow(talk->exchanges, &talk->exchange_capacity, talk->exchange_count + 1,
				      sizeof *talk->exchanges);
	talk->exchanges[talk->exchange_count++] = *exchange;
}

static void end_talk(struct transactions *transactions, struct talk **place)
{
	struct talk *talk = *place;
	while (talk->exchange_count)
		tell_oldest(transactions, talk);
	while (talk->turn_count)
		retire_turn(transactions, talk);
	*place = talk->next;
	transactions->count--;
	destroy_talk(talk);
}

static void observe_turns(struct transactions *transactions, struct talk *talk,
			  const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++) {
		if (observation->events[i].type != EVENT_TRANSACTION)
			continue;
		const struct tcp_transaction *turn = observation->events[i].transaction;
		if (!talk && turn->sets_up_tls)
			talk = make_talk(transactions, observation);
		if (talk) {
			add_turn(transactions, talk, turn);
			continue;
		}
		struct culprit_transaction transaction;
		transaction_of_turn(&transaction, observation->session, turn);
		tell(transactions, observation->session, &transaction, turn->number);
	}
}

bool transactions_observe(struct transactions *transactions, const struct observation *observation)
{
	const struct session *session = observation->session;
	struct talk *talk = *place_of(transactions, session);
	if (!talk && observation->exchange_count)
		talk = make_talk(transactions, observation);
	/* A datagram is there at once: nothing that could still be learned about it. */
	for (unsigned i = 0; i < observation->exchange_count; i++) {
		talk->has_exchanges = true;
		if (session->tcp)
			add_exchange(transactions, talk, &observation->exchanges[i]);
		else
			tell_exchange(transactions, talk, &observation->exchanges[i], NULL);
	}
	observe_turns(transactions, talk, observation);
	struct talk **place = place_of(transactions, session);
	if (!observation->packet && *place)
		end_talk(transactions, place);
	return !transactions->full;
}
