// Times of the server in the time zone of the browser.

const LOCAL = { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };

for (const time of document.querySelectorAll("time[datetime]")) {
  time.textContent = new Date(time.dateTime).toLocaleString(undefined, LOCAL);
}
