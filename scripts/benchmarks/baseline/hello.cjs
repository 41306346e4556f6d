/**
 * The least that a function can do, to compare with. It is named so that the framework does not look for a
 * package.json to learn what kind of module it is, which would make it slower.
 */
const { cloudEvent, http } = require("@google-cloud/functions-framework");

http("hello", (_request, response) => {
  response.send("Hello, World!");
});

cloudEvent("helloEvent", () => {});
