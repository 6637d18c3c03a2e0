// The half of the key stands behind # in the link, and a browser sends it nowhere by itself. It goes with the answer; until
// then the forms carry it on in the address. Written for old phones: no module, nothing newer than 2009.
(function () {
  "use strict";
  var half = window.location.hash.slice(1);
  if (!half) return;
  if (document.querySelector(".private-content")) {
    if (window.history.replaceState) window.history.replaceState(null, "", window.location.pathname);
    return;
  }
  var field = document.getElementById("half");
  if (field) field.value = half;
  for (var i = 0; i < document.forms.length; i += 1) {
    document.forms[i].setAttribute("action", document.forms[i].getAttribute("action") + "#" + half);
  }
  var others = document.querySelectorAll(".form-languages a");
  for (var j = 0; j < others.length; j += 1) others[j].hash = half;
}());
