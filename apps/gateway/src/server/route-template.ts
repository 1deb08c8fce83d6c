/** A route as clients write it: `/indexes/{indexUid}`; `undefined` for none. */
export const templateOf = (url: string | undefined): string | undefined => url?.replace(/:(\w+)/g, "{$1}");
