import { conformance } from "@miroir/store-contract/conformance";
import { expect, it } from "vitest";
import { memorySubject } from "./support/subject.ts";

if (process.env.MIROIR_TEST_STORES !== "all")
  it.skip("the conformance suite in memory (it runs on a file: `npm test -- --all-stores`)");
else
  conformance({
    ...memorySubject("sqlite in memory"),
    deviations: {
      "store.close > waits for what is under way": {
        reason: "its rows end with the handle, so no other can read them afterwards",
        async instead({ store }) {
          const writing = store.gateways.heartbeat("g", "a", 100);
          await store.close();
          expect(await writing).toMatchObject({ gatewayId: "g" });
        },
      },
    },
  });
