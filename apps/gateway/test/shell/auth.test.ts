import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSend } from "../support/http.ts";
import { type Running, startRunning } from "../support/running.ts";

const MASTER = "masterKeymasterKey";
const ADMIN = "adminKeyadminKey1";

describe("with a master key and an admin key", () => {
  let gateway: Running;
  beforeAll(async () => {
    gateway = await startRunning({ settings: [`master_key=${MASTER}`, `admin.api_key=${ADMIN}`] });
  });
  afterAll(() => gateway.close());

  const statusOf = async (path: string, authorization?: string, method = "GET", body?: string) => {
    const headers = { ...(authorization !== undefined && { authorization }), "content-type": "application/json" };
    const answer = await createSend(gateway.address)(method, path, body, headers);
    return [answer.status, answer.body?.code];
  };

  it.each([
    ["no header", undefined, 401, "missing_authorization_header"],
    ["the key without a scheme", MASTER, 401, "missing_authorization_header"],
    ["bearer in lower case", `bearer ${MASTER}`, 401, "missing_authorization_header"],
    ["another scheme", "Basic bWFzdGVyS2V5", 401, "missing_authorization_header"],
    ["no key", "Bearer", 403, "invalid_api_key"],
    ["a wrong key", "Bearer wrong", 403, "invalid_api_key"],
    ["the key in capitals", `Bearer ${MASTER.toUpperCase()}`, 403, "invalid_api_key"],
    ["two blanks", `Bearer  ${MASTER}`, 403, "invalid_api_key"],
    ["something behind the key", `Bearer ${MASTER} extra`, 403, "invalid_api_key"],
    ["the admin key", `Bearer ${ADMIN}`, 403, "invalid_api_key"],
    ["the master key", `Bearer ${MASTER}`, 200, undefined],
  ])("%s", async (_what, authorization, status, code) => {
    expect(await statusOf("/tasks", authorization)).toEqual([status, code]);
  });

  it("judges the key before the body", async () => {
    expect(await statusOf("/indexes", "Bearer wrong", "POST", "{")).toEqual([403, "invalid_api_key"]);
  });

  it("leaves health, readiness and unknown paths open", async () => {
    expect(await statusOf("/health", "Bearer wrong")).toEqual([200, undefined]);
    expect(await statusOf("/_miroir/ready")).toEqual([200, undefined]);
    expect(await statusOf("/unknown")).toEqual([404, undefined]);
  });

  it("opens /_miroir with the admin key alone", async () => {
    for (const path of ["/_miroir/topology", "/_miroir/shards"]) {
      expect(await statusOf(path, `Bearer ${ADMIN}`)).toEqual([200, undefined]);
      expect(await statusOf(path, `Bearer ${MASTER}`)).toEqual([403, "invalid_api_key"]);
      expect(await statusOf(path)).toEqual([401, "missing_authorization_header"]);
    }
  });
});

it("opens /_miroir with the master key where there is no admin key", async () => {
  const gateway = await startRunning({ settings: [`master_key=${MASTER}`], key: MASTER });
  expect((await gateway.send("GET", "/_miroir/topology")).body.nodes.length).toBe(3);
  expect((await createSend(gateway.address)("GET", "/_miroir/topology")).status).toBe(401);
  await gateway.close();
});

it("is open without a master key", async () => {
  const gateway = await startRunning();
  expect((await gateway.send("GET", "/tasks")).status).toBe(200);
  expect((await gateway.send("GET", "/_miroir/topology")).status).toBe(200);
  await gateway.close();
});
