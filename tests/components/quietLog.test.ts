import * as pulumi from "@pulumi/pulumi";
import { keepAnswersQuiet } from "../../components/quietLog";

test("what the engine answered is cut off, once and for all; other messages stay", async () => {
  const seen: string[] = [];
  const log = pulumi.log as { debug: typeof pulumi.log.debug };
  const real = log.debug;
  log.debug = (message) => {
    seen.push(message);
    return Promise.resolve();
  };
  try {
    keepAnswersQuiet();
    const { debug } = log;
    keepAnswersQuiet();
    expect(log.debug).toBe(debug);
    await pulumi.log.debug("Invoke RPC finished: tok=t; err: null, resp: outputs,,\npassword,,,hunter2");
    await pulumi.log.debug("Registering resource: t=a");
    expect(seen).toEqual(["Invoke RPC finished: tok=t; err: null, resp: [not shown]", "Registering resource: t=a"]);
  } finally {
    log.debug = real;
  }
});
