// The reader's front door. What each name does stands in index.d.ts.

export { NAME, formatToken, parseToken, variantOf } from "./token.js";
export { fromEvent, fromRecord, recordsOf } from "./carriers.js";
export { current, inDecision, withDecision } from "./current.js";
export { fromBaggage } from "./headers.js";
export {
  withAttribute,
  withBaggage,
  withClientContext,
  withDetail,
  withHeader,
  withKey,
} from "./writers.js";
