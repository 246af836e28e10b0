// Whose turn it is: bounded, and fair.
import { describe, expect, test } from "vitest";
import { QUESTIONS } from "./limits.ts";
import { ServeError } from "./problems.ts";
import { QuestionQueue } from "./question-queue.ts";

const item = (key: string) => ({ key });

describe("a queue of questions", () => {
  test("who has the fewest under way is next, else who came first", () => {
    const queue = new QuestionQueue<{ readonly key: string }>();
    const [a1, a2, a3, b1] = [item("a"), item("a"), item("a"), item("b")] as const;
    for (const one of [a1, a2, a3, b1]) queue.add(one);
    expect([queue.next(), queue.next(), queue.next()]).toEqual([a1, b1, a2]);
    queue.done(a1);
    queue.done(a2);
    expect(queue.next()).toBe(a3);
    expect(queue.next()).toBeNull();
  });

  test("one reader cannot fill it, all together neither", () => {
    const queue = new QuestionQueue<{ readonly key: string }>();
    for (let i = 0; i < QUESTIONS.waitingOfOne; i++) queue.add(item("a"));
    expect(() => queue.add(item("a"))).toThrow(ServeError);
    for (let i = QUESTIONS.waitingOfOne; i < QUESTIONS.waiting; i++) queue.add(item(`b${i}`));
    expect(() => queue.add(item("c"))).toThrow(/at most 32 questions that wait, found 32/);
    expect(queue.length).toBe(QUESTIONS.waiting);
  });

  test("what is taken out waits no more", () => {
    const queue = new QuestionQueue<{ readonly key: string }>();
    const [a, b] = [item("a"), item("b")];
    queue.add(a);
    queue.add(b);
    expect([queue.remove(a), queue.remove(a), queue.next(), queue.clear()]).toEqual([true, false, b, []]);
  });
});
