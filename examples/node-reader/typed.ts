// How TypeScript sees the reader. Never run: `npm run check` reads it.

import { current, inDecision, recordsOf, variantOf, withAttribute, withDecision, withDetail } from "./index.js";
import type { Token } from "./index.js";

interface Order {
  readonly id: string;
}
interface Context {
  readonly awsRequestId: string;
}

export const handler = withDecision(async (order: Order, context: Context): Promise<string> => {
  const request = withAttribute({ QueueUrl: "q", MessageBody: order.id });
  const url: string = request.QueueUrl;
  const events = withDetail({ Entries: [{ Source: "shop", DetailType: "placed", Detail: "{}" }] });
  const detail: string = events.Entries[0]?.Detail ?? "";
  const variant: string | null = variantOf(current(), "shop");
  return [url, detail, variant, context.awsRequestId].join();
});

export const answer: Promise<string> = handler({ id: "1" }, { awsRequestId: "2" });

// @ts-expect-error an order is asked for
handler({}, { awsRequestId: "2" });

export async function consumer(event: { Records: Order[] }): Promise<void> {
  for (const [record, decision] of recordsOf(event)) {
    const token: Token | null = decision;
    await inDecision(token, async () => void record);
  }
}
