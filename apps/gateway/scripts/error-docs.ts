// Prints docs/errors.md from the error tables: `npm run docs`.
import { ERROR_CODES, type ErrorKind, MIROIR_ERROR_CODES } from "@miroir/meilisearch";
import { table } from "./markdown.ts";

/** When each of our own codes is answered, and what its reader can do. */
const OWN: Record<keyof typeof MIROIR_ERROR_CODES, { readonly when: string; readonly remedy: string }> = {
  miroir_reserved_field: {
    when: "A document, filter, sort, search or setting names a field that begins with `_miroir_`; these are the gateway's own.",
    remedy: "Rename the field.",
  },
  miroir_invalid_alias: {
    when: "The body of a request to `/_miroir/aliases` is not what that route takes, or names an index that does not exist.",
    remedy: "The message says which member is wrong and what it must be.",
  },
  miroir_invalid_header: {
    when: "`Idempotency-Key` is not 1 to 255, or `X-Miroir-Session` not 1 to 128, visible ASCII characters; or `X-Miroir-Min-Settings-Version` is no number.",
    remedy: "Send a UUID, or the number that `X-Miroir-Settings-Version` gave.",
  },
  miroir_multi_alias_not_supported: {
    when: "The request names an alias of several indexes where the answer has to come from one.",
    remedy: "Name one of the indexes. Searches, facet searches and reading documents take such an alias.",
  },
  miroir_alias_not_found: {
    when: "There is no alias of that name.",
    remedy: "`GET /_miroir/aliases` lists all.",
  },
  miroir_alias_already_exists: {
    when: "An alias of that name is to be created, and there is one.",
    remedy: "Point it elsewhere: `PUT /_miroir/aliases/{name}` with the version it has.",
  },
  miroir_alias_is_no_index: {
    when: "An index is to be deleted, renamed, swapped or given a primary key, and the name is that of an alias.",
    remedy: "Name the index that the alias points at (`GET /_miroir/aliases/{name}`), or delete the alias.",
  },
  miroir_alias_version_conflict: {
    when: "An alias is to be changed or deleted in another version than it has: somebody else was quicker.",
    remedy: "Read it again, and decide again.",
  },
  miroir_idempotency_in_flight: {
    when: "A write with the same `Idempotency-Key` is under way, or the gateway that had it has died less than `idempotency.reservation_ms` ago.",
    remedy: "Send the same request again after `Retry-After`.",
  },
  miroir_idempotency_key_reused: {
    when: "The `Idempotency-Key` was used on this path for another body, content type or query.",
    remedy: "Take a new key for each write, and the same key only for the same write.",
  },
  miroir_idempotency_outcome_unknown: {
    when: "A write with the same `Idempotency-Key` was begun and never ended, it made no task, and doing it twice could differ from doing it once (running a function on documents, swapping, creating or deleting indexes and keys).",
    remedy: "Look at what is there, and if it was not done, send it with a new key.",
  },
  miroir_multi_alias_not_writable: {
    when: "A write names an alias of several indexes.",
    remedy: "Name the index to write to.",
  },
  miroir_name_taken: {
    when: "An alias would get the name of an index, or an index that of an alias.",
    remedy: "Take another name, or delete what has it.",
  },
  miroir_invalid_session: {
    when: "The request came with the cookie of a session that has expired or was ended, or whose admin key has changed.",
    remedy: "Sign in again: `POST /_miroir/admin/login`.",
  },
  miroir_invalid_csrf_token: {
    when: "A request that changes something came with a session's cookie, but not with the session's token.",
    remedy: "Send the `csrfToken` that signing in answered as `X-Miroir-Csrf-Token`.",
  },
  miroir_too_many_logins: {
    when: "After 5 failures in a row from one client address, signing in is refused for 10 minutes, which double with each further failure, to a day at most. The key is not looked at.",
    remedy: "Wait as long as `Retry-After` says. The admin key itself, as bearer token, still opens `/_miroir/*`.",
  },
  miroir_too_many_requests: {
    when: "More requests came with one key or from one client address than `rate_limits` allows within a window.",
    remedy:
      "Wait as long as `Retry-After` says. `X-RateLimit-Limit`, `-Remaining` and `-Reset` (in seconds) tell on every limited answer how much is left.",
  },
  miroir_not_implemented: {
    when: "Meilisearch has the option, the gateway not yet.",
    remedy: "Do without it. The request has changed nothing.",
  },
  miroir_not_supported: {
    when: "Meilisearch has the route; the gateway has not, since what its nodes would answer is wrong or unsafe for the whole. The message and [api.md](api.md) say why.",
    remedy: "Do without it. The request has changed nothing.",
  },
  miroir_partly_canceled: {
    when: "In a task only: it was canceled on some nodes when others had already done it, and what it changes has to be the same everywhere, or too few have it.",
    remedy: "Send the write again: what is there already stays as it is, and the other nodes get it too.",
  },
  miroir_no_quorum: {
    when: "In no replica group did more than half of the replicas of every touched shard take the write.",
    remedy:
      "Send it again once nodes are back; `GET /_miroir/topology` says which are out. Some nodes may have taken it already, which sending the same documents again puts right.",
  },
  miroir_overloaded: {
    when: "The gateway is answering `protection.max_requests` requests, or has no memory or no time left for more. Nothing was done.",
    remedy: "Send it again after `Retry-After`, to another gateway if there is one.",
  },
  miroir_no_turn: {
    when: "Writes to an index come one after the other, through all gateways. This one did not get its turn within 30 seconds, or was held up for so long that another gateway took it.",
    remedy: "Send it again. Some nodes may have taken it already, which sending the same documents again puts right.",
  },
  miroir_session_behind: {
    when: "A read with `X-Miroir-Session` waited `sessions.wait_ms` for the session's own writes, and the nodes were not done with them.",
    remedy: "Send it again after `Retry-After`; or without the header, to read what is there.",
  },
  miroir_settings_behind: {
    when: "A read with `X-Miroir-Min-Settings-Version` waited `settings.wait_ms`, and there are not enough nodes with that version of the index's settings.",
    remedy:
      "Send it again after `Retry-After`; or without the header. A version that was never given is never reached.",
  },
  miroir_settings_busy: {
    when: "The settings of the index are being changed through another gateway, which takes unusually long.",
    remedy: "Send it again after `Retry-After`; nothing was changed.",
  },
  miroir_settings_diverged: {
    when: "Some nodes do not take the settings that the others have. A change of settings fails with this; then the index takes no documents until its nodes agree.",
    remedy:
      "Look at the node that the log names. The gateway tells it again and again, and the index takes documents as soon as all agree. Secrets of embedders are not kept by the gateway: where a node has lost one, send the settings again.",
  },
  miroir_store_unavailable: {
    when: "The gateway's own store cannot be reached or written: the disk is full, the file is locked or read-only.",
    remedy:
      "The gateway's log says why; mend that, and send the request again. Nodes may have taken a write whose task could not be kept, which sending the same documents again puts right.",
  },
  miroir_unavailable_shards: {
    when: "No node can answer for some shard, and a partial answer is not allowed (`scatter.unavailable_shard_policy`) or would be empty.",
    remedy: "Try again; `GET /_miroir/topology` says which nodes are out.",
  },
};

const byStatus = (codes: Record<string, ErrorKind>): [string, ErrorKind][] =>
  Object.entries(codes).sort(([a, kind], [b, other]) => kind.status - other.status || (a < b ? -1 : 1));

const kindCells = ([code, { status, type }]: [string, ErrorKind]) => [`\`${code}\``, String(status), `\`${type}\``];

const own = byStatus(MIROIR_ERROR_CODES) as [keyof typeof OWN, ErrorKind][];

process.stdout.write(`# Errors

<!-- Written by \`npm run docs\` from packages/meilisearch/src/errors.ts and apps/gateway/scripts/error-docs.ts; change it there. -->

Errors come as Meilisearch's: an object with \`message\`, \`code\`, \`type\` and \`link\`, both as the answer to a request and as the \`error\`
of a failed task. Every 429 and every 503 has a \`Retry-After\` header.

## Only from this gateway

${table(
  ["code", "status", "type", "when", "what to do"],
  own.map(([code, kind]) => [...kindCells([code, kind]), OWN[code].when, OWN[code].remedy]),
)}
## From Meilisearch

The gateway answers with a node's own code wherever a node would. Those of \`remote_…\` mean that a node gave the gateway no usable
answer. A node may know codes that are not listed here; the gateway hands them on.

${table(["code", "status", "type"], byStatus(ERROR_CODES).map(kindCells))}`);
