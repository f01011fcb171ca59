// What a part that is loaded into a page cannot say by itself: that it did not come.
"use strict";
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(failure, (event) => {
    const target = event.detail.target || document.getElementById("content");
    const words = document.createElement("p");
    words.className = "message error";
    words.setAttribute("role", "alert");
    words.textContent = document.body.dataset.failed;
    target.querySelectorAll(":scope > .message.error").forEach((old) => old.remove());
    target.prepend(words);
  });
}

// A form that was refused comes again at the address that it was sent to: the browser is put back onto the form's page, so
// that loading it anew asks for that page and sends nothing twice.
if ("posted" in document.body.dataset) {
  const isOurs = document.referrer.startsWith(`${location.origin}/`);
  history.replaceState(null, "", isOurs ? document.referrer : location.href);
}

// Suggestions cover what lies below them: they go with Escape and with the search itself, and come back with typing.
for (const [happening, isClosed] of [["input", false], ["submit", true], ["keydown", true]]) {
  document.addEventListener(happening, (event) => {
    if (happening === "keydown" && event.key !== "Escape") return;
    const places = happening === "submit" ? event.target.querySelectorAll(".suggesting") : [event.target.closest?.(".suggesting")];
    places.forEach((place) => place?.toggleAttribute("data-closed", isClosed));
  });
}

// Enter in the field sends the form; that the field has changed as well must not send it twice.
document.addEventListener(
  "change",
  (event) => {
    if (event.target.closest?.(".suggesting")) event.stopPropagation();
  },
  true,
);
