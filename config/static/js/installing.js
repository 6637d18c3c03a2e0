// Makes members' pages an app: the worker shows a page of its own when there is no network, and tells of what is new.
// Customers' pages and the way in do without.
if (document.querySelector("nav.rail")) navigator.serviceWorker?.register("/worker.js").catch(() => {});
