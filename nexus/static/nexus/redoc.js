// ReDoc signs its menu with a logo that it fetches from its maker's server. Pages of Nexus ask nobody
// else for anything, so such a picture is told that it failed to load: ReDoc then leaves it out.
"use strict";
(function () {
  const picture = HTMLImageElement.prototype;
  const source = Object.getOwnPropertyDescriptor(picture, "src");
  const setAttribute = picture.setAttribute;

  function isElsewhere(value) {
    const address = new URL(value, location.href);
    return address.protocol.startsWith("http") && address.origin !== location.origin;
  }

  function refuse(image) {
    setTimeout(() => image.dispatchEvent(new Event("error")));
  }

  picture.setAttribute = function (name, value) {
    if (name.toLowerCase() === "src" && isElsewhere(value)) {
      refuse(this);
    } else {
      setAttribute.call(this, name, value);
    }
  };
  Object.defineProperty(picture, "src", {
    ...source,
    set(value) {
      if (isElsewhere(value)) {
        refuse(this);
      } else {
        source.set.call(this, value);
      }
    },
  });
})();
