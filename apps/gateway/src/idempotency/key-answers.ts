type KeyValue = (uid: string) => string;

type KeyAnswer = { readonly uid: string; readonly key: string | null };

/** An answer about an API key without the key itself, which never reaches the store. */
export function concealKey(body: string, _keyValue: KeyValue): string {
  return body === "" ? body : JSON.stringify({ ...(JSON.parse(body) as KeyAnswer), key: null });
}

/** The answer as it was: the key follows from its uid. */
export function revealKey(body: string, keyValue: KeyValue): string {
  const answer = JSON.parse(body) as KeyAnswer;
  return JSON.stringify({ ...answer, key: keyValue(answer.uid) });
}
