/**
 * What a page shows in the place of what it has not got: while it is read, and where that has failed.
 *
 * @module
 */
import type { UseQueryResult } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { isNotFound, RefusedError } from "../client/api-error.ts";

interface Props<T> {
  of: UseQueryResult<T>;
  /** What there is nothing of, as in "this tenant". */
  what: string;
  children: (data: T) => ComponentChildren;
}

/**
 * Shows what was read. While there is nothing yet, that it is read; where that fails, why. What was read once stays to be
 * seen when a later reading fails, with what went wrong above it.
 */
export function Read<T>({ of: query, what, children }: Props<T>) {
  const { data, error, isPending } = query;
  return (
    <>
      {error !== null && <Problem error={error} what={what} retry={() => void query.refetch()} />}
      {isPending && <p class="loading">Reading {what}…</p>}
      {data !== undefined && !isNotFound(error) && children(data)}
    </>
  );
}

interface ProblemProps {
  error: Error;
  what: string;
  retry?: () => void;
}

/** What went wrong, in the API's own words, and the id by which its logs know the request. */
export function Problem({ error, what, retry }: ProblemProps) {
  const requestId = error instanceof RefusedError ? error.requestId : null;
  return (
    <div role="alert" class="problem">
      <p>
        {isNotFound(error)
          ? `There is no ${what.replace(/^this /, "such ")} (any longer).`
          : error.message}
      </p>
      {requestId !== null && (
        <p class="help">
          In the logs this request is <code>{requestId}</code>.
        </p>
      )}
      {retry !== undefined && !isNotFound(error) && (
        <button type="button" class="small" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** That there is nothing, and what that means. */
export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}
