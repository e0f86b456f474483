/* Every ARP packet but a probe says "this address is mine": RFC 826, RFC 5227. */
#include "analyze/arp_claims.h"

#include "core/clock.h"
#include "core/hash.h"

#define ADDRESSES_REMEMBERED 2048
#define STATIONS_REMEMBERED 2048
#define ANSWERED_WITHIN (5 * NANOSECONDS)
#define TOGETHER NANOSECONDS             /* two answers to one question */
#define MINUTE (60 * NANOSECONDS)

#define ANSWERS 2                        /* stations that answer one request: more are no news */
#define COPIES (NANOSECONDS / 10)        /* the same answer so soon is a copy of it */

struct request_key { struct address asker, target; };
struct request {                         /* the last one */
	int64_t time;
	struct { struct mac mac; int64_t last; } by[ANSWERS];   /* who answered it, and when */
	unsigned answers;
};

void arp_claims_init(struct arp_claims *all, int64_t window)
{
	cache_init(&all->claims, ADDRESSES_REMEMBERED, sizeof(struct address), sizeof(struct claims));
	cache_init(&all->speakers, STATIONS_REMEMBERED, sizeof(struct mac), sizeof(struct speaker));
	cache_init(&all->requests, ADDRESSES_REMEMBERED, sizeof(struct request_key),
		   sizeof(struct request));
	all->window = window;
}

void arp_claims_finish(struct arp_claims *all)
{
	cache_finish(&all->claims);
	cache_finish(&all->speakers);
	cache_finish(&all->requests);
}

static struct sample sample_of(const struct packet *packet)
{
	return (struct sample){ packet->record->number, packet->record->time };
}

static bool is_mac(const struct mac *mac, const uint8_t bytes[6])
{
	return memcmp(mac->bytes, bytes, sizeof mac->bytes) == 0;
}

static void note_probe(struct arp_claims *all, const struct packet *packet)
{
	struct claims *claims = cache_enter(&all->claims, &packet->arp->target, NULL);
	claims->probe = sample_of(packet);
	memcpy(claims->prober.bytes, packet->arp->sender_mac, sizeof claims->prober.bytes);
}

/* Whom a claim reaches. Cards of one host that share its load (bonding) give each neighbour another
 * hardware address, but always the same one to the same neighbour. */
static struct address reach_of(const struct arp_header *arp)
{
	bool to_one = arp->operation == ARP_REPLY && !arp->gratuitous;
	return to_one ? arp->target : (struct address){ .family = ADDRESS_NONE };
}

/* Another station than the last one claims the address. */
static void change_claimant(struct arp_claims *all, struct claims *claims, const struct packet *packet)
{
	const struct claimant *last = &claims->claimant[claims->current];
	struct claimant *next = &claims->claimant[!claims->current];
	int64_t time = packet->record->time;
	bool known = next->last.packet && is_mac(&next->mac, packet->arp->sender_mac);
	struct address to = reach_of(packet->arp);
	bool to_same = address_equal(&last->to, &to);
	if (known && to_same && time - next->last.time <= all->window &&
	    time - last->last.time <= all->window)
		claims->returns++;
	if (!known) {
		*next = (struct claimant){ .first = sample_of(packet) };
		memcpy(next->mac.bytes, packet->arp->sender_mac, sizeof next->mac.bytes);
	}
	if (packet->arp->operation == ARP_REPLY && last->answered && to_same &&
	    time - last->last.time <= TOGETHER)
		claims->two_answers = true;
	if (!claims->proof.total)
		claims->proof.first[claims->proof.total++] = last->last;
	proof_add(&claims->proof, packet);
	claims->current = !claims->current;
}

static void note_claim(struct arp_claims *all, struct claims *claims, const struct packet *packet)
{
	struct claimant *current = &claims->claimant[claims->current];
	if (!current->last.packet) {
		current->first = sample_of(packet);
		memcpy(current->mac.bytes, packet->arp->sender_mac, sizeof current->mac.bytes);
	} else if (!is_mac(&current->mac, packet->arp->sender_mac)) {
		change_claimant(all, claims, packet);
		current = &claims->claimant[claims->current];
	}
	current->last = sample_of(packet);
	current->to = reach_of(packet->arp);
	current->answered = current->to.family != ADDRESS_NONE;
	/* RFC 5227, 1.1: any ARP packet from the address is a conflict, not only a reply. */
	if (claims->probe.packet &&
	    !is_mac(&claims->prober, packet->arp->sender_mac) &&
	    packet->record->time - claims->probe.time <= ANSWERED_WITHIN) {
		claims->probe_answered = true;
		proof_add(&claims->proof, packet);
	}
}

static bool was_asked(struct arp_claims *all, const struct packet *packet)
{
	struct request_key key = { packet->arp->target, packet->arp->sender };
	struct request *request = cache_find(&all->requests, &key);
	if (!request || packet->record->time - request->time > ANSWERED_WITHIN)
		return false;
	/* Each station answers a request once. */
	for (unsigned i = 0; i < request->answers; i++)
		if (is_mac(&request->by[i].mac, packet->arp->sender_mac)) {
			int64_t since = packet->record->time - request->by[i].last;
			request->by[i].last = packet->record->time;
			return since < COPIES;
		}
	if (request->answers < ANSWERS) {
		memcpy(request->by[request->answers].mac.bytes, packet->arp->sender_mac, sizeof(struct mac));
		request->by[request->answers++].last = packet->record->time;
	}
	return true;
}

/* `contested`: another station claims the same address. */
static void note_speaker(struct arp_claims *all, const struct packet *packet, bool contested)
{
	const struct arp_header *arp = packet->arp;
	struct mac mac;
	memcpy(mac.bytes, arp->sender_mac, sizeof mac.bytes);
	struct speaker *speaker = cache_enter(&all->speakers, &mac, NULL);
	uint32_t known = speaker->addresses.count;
	if (spread_add(&speaker->addresses, hash_bytes(&arp->sender, sizeof arp->sender, 0)) &&
	    known < SPEAKER_ADDRESSES)
		speaker->address[known] = arp->sender;
	if (arp->operation != ARP_REPLY || arp->gratuitous || was_asked(all, packet))
		return;
	uint32_t count = rate_add(&speaker->unsolicited, packet->record->time, MINUTE);
	if (count > speaker->unsolicited_peak)
		speaker->unsolicited_peak = count;
	proof_add(&speaker->proof, packet);
	memcpy(speaker->victim.bytes, arp->target_mac, sizeof speaker->victim.bytes);
	if (contested || !speaker->contested)
		speaker->claimed = arp->sender;
	speaker->contested |= contested;
}

void arp_claims_observe(struct arp_claims *all, const struct packet *packet)
{
	const struct arp_header *arp = packet->arp;
	if (!arp->sender.family || arp->operation > ARP_REPLY)
		return;
	if (arp->probe)
		note_probe(all, packet);
	if (address_is_unspecified(&arp->sender))
		return;
	if (arp->operation == ARP_REQUEST) {
		struct request_key key = { arp->sender, arp->target };
		struct request *request = cache_enter(&all->requests, &key, NULL);
		*request = (struct request){ .time = packet->record->time };
	}
	struct claims *claims = cache_enter(&all->claims, &arp->sender, NULL);
	note_claim(all, claims, packet);
	note_speaker(all, packet, claims->claimant[!claims->current].last.packet != 0);
}
