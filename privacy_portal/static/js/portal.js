// Small comforts on top of pages that work without any of this. Nothing is stored, nothing is sent anywhere else.
(() => {
  "use strict";

  const focusFirst = () => {
    const target = document.querySelector(".error-summary[data-focus]") || document.querySelector("[data-focus]");
    if (target) target.focus({ preventScroll: false });
  };

  const errorLinks = () => {
    for (const link of document.querySelectorAll(".error-summary a[href^='#']")) {
      link.addEventListener("click", (event) => {
        const control = document.getElementById(link.hash.slice(1));
        if (!control) return;
        event.preventDefault();
        control.focus();
        (control.closest(".field") || control).scrollIntoView({ block: "start" });
      });
    }
  };

  const copyButtons = () => {
    if (!navigator.clipboard) return;
    for (const button of document.querySelectorAll("button[data-copy]")) {
      const words = button.querySelector("span") || button;
      const before = words.textContent;
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        words.textContent = button.dataset.copied;
        window.setTimeout(() => { words.textContent = before; }, 3000);
      });
    }
  };

  const passwordSwitches = () => {
    for (const box of document.querySelectorAll("[data-password]")) {
      const input = box.querySelector("input");
      if (!input) continue;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "secondary";
      button.textContent = box.dataset.show;
      button.setAttribute("aria-pressed", "false");
      if (input.id) button.setAttribute("aria-controls", input.id);
      button.addEventListener("click", () => {
        const shown = input.type === "text";
        input.type = shown ? "password" : "text";
        button.textContent = shown ? box.dataset.show : box.dataset.hide;
        button.setAttribute("aria-pressed", String(!shown));
      });
      if (input.form) input.form.addEventListener("submit", () => { input.type = "password"; });
      box.append(button);
    }
  };

  // A code pasted with blanks or dashes is the same code.
  const codeInputs = () => {
    for (const input of document.querySelectorAll("input[autocomplete='one-time-code']")) {
      input.addEventListener("paste", (event) => {
        const text = event.clipboardData && event.clipboardData.getData("text");
        if (!text) return;
        event.preventDefault();
        input.value = text.trim().replace(/\s+/g, "");
        input.dispatchEvent(new Event("input", { bubbles: true }));
      });
    }
  };

  // One press, one request. The server decides all the same; this only spares a second page.
  const singleSubmit = () => {
    document.addEventListener("submit", (event) => {
      const form = event.target;
      if (event.defaultPrevented) return;
      if (form.dataset.sent) {
        event.preventDefault();
        return;
      }
      form.dataset.sent = "1";
      window.setTimeout(() => { delete form.dataset.sent; }, 5000);
    });
    window.addEventListener("pageshow", () => {
      for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    });
  };

  // A file that is too large is said so before it is sent. data-max-bytes and data-too-large stand on the input.
  const fileSizes = () => {
    for (const input of document.querySelectorAll("input[type='file'][data-max-bytes]")) {
      input.addEventListener("change", () => {
        const limit = Number(input.dataset.maxBytes);
        const tooLarge = Array.from(input.files).some((file) => file.size > limit);
        input.setCustomValidity(tooLarge ? input.dataset.tooLarge || "" : "");
        if (tooLarge) input.reportValidity();
      });
    }
  };

  const readyPrint = () => {
    for (const button of document.querySelectorAll("button[data-print]")) {
      button.hidden = false;
      button.addEventListener("click", () => window.print());
    }
  };

  // Progress: the address answers {"text", "done", "total", "finished"}; when finished the page loads itself anew.
  const pollProgress = () => {
    for (const box of document.querySelectorAll("[data-poll]")) {
      let wait = 2000;
      const ask = async () => {
        try {
          const answer = await fetch(box.dataset.poll, { headers: { Accept: "application/json" } });
          if (answer.ok) {
            const state = await answer.json();
            const text = box.querySelector("[data-poll-text]");
            const bar = box.querySelector("progress");
            if (text && state.text && text.textContent !== state.text) text.textContent = state.text;
            if (bar && state.total) {
              bar.max = state.total;
              bar.value = state.done;
            }
            if (state.finished) {
              window.location.reload();
              return;
            }
          }
        } catch {
          // No connection: ask again later; the link below the bar does the same by hand.
        }
        wait = Math.min(wait * 1.3, 15000);
        window.setTimeout(ask, wait);
      };
      window.setTimeout(ask, wait);
    }
  };

  const closeMenus = () => {
    const open = () => document.querySelectorAll("details.menu[open]");
    document.addEventListener("click", (event) => {
      for (const menu of open()) if (!menu.contains(event.target)) menu.open = false;
    });
    document.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      for (const menu of open()) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    });
  };

  const openForPrint = () => {
    window.addEventListener("beforeprint", () => {
      for (const part of document.querySelectorAll("details.why")) part.open = true;
    });
  };

  for (const part of [
    errorLinks, copyButtons, passwordSwitches, codeInputs, singleSubmit, fileSizes, readyPrint,
    pollProgress, closeMenus, openForPrint, focusFirst,
  ]) part();
})();
