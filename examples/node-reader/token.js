// The token: `v1~shop.green.12~search.blue.3`. See docs/wire-format.md.

/** @import {Member, Token} from "./index.js" */

/** What the decision is called in every carrier. */
export const NAME = "canary-decision";
/** The same as CloudEvents allow it. */
export const ATTRIBUTE = "canarydecision";
const MAX_LENGTH = 1024;
const MAX_MEMBERS = 16;

const WORD = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";
const DECISION = new RegExp(`^(${WORD})\\.(${WORD})\\.([0-9]{1,15})$`);
const OVERRIDE = new RegExp(
  `^(${WORD})\\.(${WORD})\\.o\\.([a-z0-9]{1,16})\\.([0-9]{10})\\.([0-9a-f]{16})\\.([0-9a-f]{32})$`,
);

/**
 * Read a token; null if it is not one. Never throws.
 *
 * @type {typeof import("./index.js").parseToken}
 */
export function parseToken(text) {
  if (typeof text !== "string" || text.length > MAX_LENGTH) return null;
  const [version, ...parts] = text.split("~");
  if (version !== "v1" || parts.length < 1 || parts.length > MAX_MEMBERS) return null;
  const members = parts.map(parseMember);
  if (!members.every((member) => member !== null)) return null;
  const releases = new Set(members.map((member) => member.release));
  if (releases.size < members.length) return null;
  return { members: members.sort((a, b) => (a.release < b.release ? -1 : 1)) };
}

/** @param {string} part @returns {Member | null} */
function parseMember(part) {
  const decision = DECISION.exec(part);
  if (decision) {
    const [, release = "", variant = "", generation] = decision;
    return { release, variant, generation: Number(generation) };
  }
  const override = OVERRIDE.exec(part);
  if (!override) return null;
  const [, release = "", variant = "", kid = "", expires, subject = "", mac = ""] = override;
  // Whether the seal is good is for routers to say: functions stand behind one.
  const seal = { kid, expires: Number(expires), subject, mac };
  return { release, variant, generation: 0, seal };
}

/**
 * The one text of these decisions.
 *
 * @type {typeof import("./index.js").formatToken}
 */
export function formatToken(token) {
  return ["v1", ...token.members.map(formatMember)].join("~");
}

/** @param {Member} member */
function formatMember({ release, variant, generation, seal }) {
  if (!seal) return `${release}.${variant}.${generation}`;
  const expires = String(seal.expires).padStart(10, "0");
  return `${release}.${variant}.o.${seal.kid}.${expires}.${seal.subject}.${seal.mac}`;
}

/**
 * The variant decided for a release; null without one.
 *
 * @type {typeof import("./index.js").variantOf}
 */
export function variantOf(token, release) {
  return token?.members.find((member) => member.release === release)?.variant ?? null;
}

/**
 * The decisions that all of these agree on; null if there are none. Of each the one
 * that lasts the shortest: not an override if others have none, and the oldest.
 *
 * @param {readonly (Token | null)[]} tokens
 * @returns {Token | null}
 */
export function agreed(tokens) {
  const members = tokens[0]?.members.flatMap(({ release, variant }) => {
    const all = tokens.map((token) => token?.members.find((member) => member.release === release));
    const same = all.filter((member) => member?.variant === variant);
    return same.length === all.length ? [same.reduce(lasting)] : [];
  });
  const found = members?.filter((member) => member !== undefined);
  return found?.length ? { members: found } : null;
}

/**
 * @param {Member | undefined} one @param {Member | undefined} other
 * @returns {Member | undefined} of two for the same variant the one that lasts less
 */
function lasting(one, other) {
  if (!one?.seal !== !other?.seal) return one?.seal ? other : one;
  return other && one && other.generation < one.generation ? other : one;
}
