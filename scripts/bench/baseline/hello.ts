/**
 * The least that a function can do, to compare with.
 *
 * @module
 */
import { http } from "@google-cloud/functions-framework";

http("hello", (_request, response) => {
  response.send("Hello, World!");
});
