// Facts of this device, for a form that carries data-device-facts and only stands on pages of a person whose consent
// names them. Fills hidden inputs marked data-device="screen", "system" or "language". A form marked data-device-auto
// is sent by itself, once per session and in the background; any other form is sent by the person.
(() => {
  "use strict";
  const facts = {
    screen: () => `${window.screen.width}x${window.screen.height}`,
    system: () => (navigator.userAgentData && navigator.userAgentData.platform) || navigator.platform || "",
    language: () => navigator.language || "",
  };
  for (const form of document.querySelectorAll("form[data-device-facts]")) {
    for (const input of form.querySelectorAll("input[data-device]")) {
      const fact = facts[input.dataset.device];
      if (fact) input.value = fact().slice(0, 100);
    }
    if ("deviceAuto" in form.dataset) {
      // Nothing depends on the answer: without a connection the next page tries again.
      fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" }).catch(() => {});
    }
  }
})();
