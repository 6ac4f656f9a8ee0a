/** A tester's signature on an override. Routers check it; readers don't. */
export interface Seal {
  readonly kid: string;
  /** Unix seconds. */
  readonly expires: number;
  readonly subject: string;
  readonly mac: string;
}

/** One decision on its way: which variant of which release. */
export interface Member {
  readonly release: string;
  readonly variant: string;
  /** The version of the rules that decided; 0 in an override. */
  readonly generation: number;
  readonly seal?: Seal;
}

/** The decisions that travel with one request or message, sorted by release. */
export interface Token {
  readonly members: readonly Member[];
}

export const NAME: "canary-decision";

/** Read a token; null if it is not one. Never throws. */
export function parseToken(text: unknown): Token | null;
/** The one text of these decisions. */
export function formatToken(token: Token): string;
/** The variant decided for a release; null without one. */
export function variantOf(token: Token | null, release: string): string | null;

/** The decision of a whole event: for a batch, what all its records agree on. */
export function fromEvent(event: unknown, context?: unknown): Token | null;
/** The decision of one record, or of what was put inside it. */
export function fromRecord(record: unknown): Token | null;
/** The records of a batch, each with its own decision; none if it is no batch. */
export function recordsOf(
  event: unknown,
  context?: unknown,
): [record: any, decision: Token | null][];
/** The decision in a header `baggage`. */
export function fromBaggage(text: unknown): Token | null;

/** The decisions in force here; null if there are none. */
export function current(): Token | null;
/** Run something with these decisions in force, and return what it returns. */
export function inDecision<T>(decision: Token | null, work: () => T): T;
/** A handler that has its event's decision in force while it runs. */
export function withDecision<E, C, R extends unknown[], T>(
  handler: (event: E, context: C, ...rest: R) => T,
): (event: E, context: C, ...rest: R) => T;

/** An SNS or SQS request, single or batch, whose messages carry the decision. */
export function withAttribute<R extends object>(request: R, token?: Token | null): R;
/** A PutEvents request whose events carry the decision in their detail; CloudEvents by their own name for it. */
export function withDetail<R extends object>(request: R, token?: Token | null): R;
/** JSON text of an object with the decision as one more key. */
export function withKey<T extends string | undefined>(text: T, token?: Token | null): T | string;
/** Headers for a request to one of these hosts; as they are for any other. */
export function withHeader<H extends Record<string, string>>(
  headers: H,
  url: string | URL,
  hosts: readonly string[],
  token?: Token | null,
): H & { [NAME]?: string };
/** A ClientContext (base64) for a synchronous invocation. */
export function withClientContext(given?: string, token?: Token | null): string | undefined;
/** A W3C header `baggage` with the decision as one more member. */
export function withBaggage(header?: string, token?: Token | null): string | undefined;
