// The two pages that e-mails lead to. The token stands behind `#`, where no server, log or referrer
// sees it; it is read once and taken out of the address, so that neither history nor a screenshot
// keeps it.
"use strict";
(function () {
  const steps = document.querySelectorAll("[data-step]");
  const said = document.getElementById("said");
  let token = "";

  function show(name) {
    steps.forEach((step) => { step.hidden = step.dataset.step !== name; });
    const shown = document.querySelector(`[data-step="${name}"]`);
    const first = shown.querySelector("input") || shown.querySelector("h1");
    if (first.tagName === "H1") first.tabIndex = -1;
    first.focus({ preventScroll: true });
  }

  function say(sentence) {
    said.textContent = sentence;
    said.hidden = !sentence;
  }

  function blame(name, sentences) {
    const list = document.getElementById(`${name}-wrong`);
    const input = document.getElementById(name);
    list.replaceChildren(...sentences.map((sentence) => {
      const item = document.createElement("li");
      item.textContent = sentence;
      return item;
    }));
    list.hidden = sentences.length === 0;
    input.toggleAttribute("aria-invalid", sentences.length > 0);
    if (sentences.length) input.focus();
  }

  // `{ok}`, or `{problem}` as the API's documentation has it.
  async function post(address, body) {
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        credentials: "omit",
        body: JSON.stringify(body),
      });
      if (answer.ok) return { ok: true };
      const wait = answer.headers.get("Retry-After");
      return { problem: await answer.json(), wait };
    } catch {
      return { problem: { code: "away", errors: [] } };
    }
  }

  function sentence({ problem, wait }) {
    if (problem.code === "away") return "The hub does not answer. Check your connection and try again.";
    if (problem.code === "rate_limited") {
      const minutes = Math.ceil(Number(wait) / 60);
      return `That was too often. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`;
    }
    return problem.detail || "Something broke on our side. Try again in a moment.";
  }

  const LINK_GONE = "This link is no longer good: it was used, it is too old, or it is not whole. Ask for a new one.";

  function submitted(form, name, act) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const input = document.getElementById(name);
      const button = form.querySelector("button");
      say("");
      blame(name, []);
      if (!input.value) {
        blame(name, ["Please fill this in."]);
        return;
      }
      button.disabled = true;
      const result = await act(input.value);
      button.disabled = false;
      if (result.ok) return;
      const wrong = (result.problem.errors || []).filter((one) => one.pointer === `/${name}`);
      if (wrong.length) blame(name, wrong.map((one) => one.detail));
      else if (result.problem.code === "link_refused") { show("ask"); say(LINK_GONE); }
      else say(sentence(result));
    });
  }

  const ask = document.getElementById("ask");
  submitted(ask, "email", async (email) => {
    const result = await post(ask.dataset.address, { email });
    if (result.ok) show("asked");
    return result;
  });

  const choose = document.getElementById("choose");
  if (choose) {
    submitted(choose, "new_password", async (chosen) => {
      const body = { token, new_password: chosen };
      const result = await post("/api/v1/auth/password/reset/confirm/", body);
      if (result.ok) show("done");
      return result;
    });
    const shown = document.getElementById("show");
    shown.addEventListener("change", () => {
      document.getElementById("new_password").type = shown.checked ? "text" : "password";
    });
  }

  function begin() {
    token = new URLSearchParams(location.hash.slice(1)).get("token") || "";
    if (location.hash) history.replaceState(null, "", location.pathname);
    say("");
    if (!token) { show("ask"); return; }
    if (choose) { show("choose"); return; }
    show("verifying");
    post("/api/v1/auth/email/verify/", { token }).then((result) => {
      if (result.ok) { show("done"); return; }
      show("ask");
      say(result.problem.code === "link_refused" ? LINK_GONE : sentence(result));
    });
  }

  // A link pasted into a tab that shows the page already changes only what stands behind `#`.
  window.addEventListener("hashchange", begin);
  begin();
})();
