/** Starts Swagger UI on the page that loads this. A file of its own, for the page allows no inline script. */
const element = document.querySelector("#api");

globalThis.SwaggerUIBundle({
  domNode: element,
  url: element.dataset.openapi,
  // The badge of a validator that somebody else runs, and that would be sent the document.
  validatorUrl: null,
  deepLinking: true,
});
