import { InvalidArgumentError } from "commander";

const parser =
  (from: number, what: string) =>
  (text: string): number => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= from && Number.isSafeInteger(number)) return number;
    throw new InvalidArgumentError(`It must be ${what}.`);
  };

/** How many. @throws InvalidArgumentError for anything but a whole number from 1 on. */
export const parseCount = parser(1, "a whole number, 1 or more");

/** Which task. @throws InvalidArgumentError for anything but a whole number from 0 on. */
export const parseUid = parser(0, "a task's number");
