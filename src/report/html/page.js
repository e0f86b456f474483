(function () {
"use strict";
var root = document.documentElement;
root.classList.add("js");

/* The theme follows the system until somebody chooses. */
var theme = document.getElementById("theme");
theme.addEventListener("click", function () {
	var dark = root.dataset.theme ? root.dataset.theme === "dark"
		: matchMedia("(prefers-color-scheme: dark)").matches;
	root.dataset.theme = dark ? "light" : "dark";
});

/* What is folded away is printed all the same. */
addEventListener("beforeprint", function () {
	document.querySelectorAll("details").forEach(function (d) { d.open = true; });
});

function data(id) {
	var at = document.getElementById(id);
	return at ? JSON.parse(at.textContent) : null;
}

/* Shows a list piece by piece: the next when its end comes into sight, or by a button. */
function grow(more, make, total) {
	var shown = 0, list = [];
	function piece() {
		var end = Math.min(shown + 100, list.length);
		while (shown < end)
			make(list[shown++]);
		more.hidden = shown >= list.length && list.length === total();
		more.textContent = shown + " of " + list.length + " shown" +
			(list.length === total() ? "" : ", " + total() + " in all");
	}
	if ("IntersectionObserver" in window)
		new IntersectionObserver(function (seen) {
			if (seen[0].isIntersecting && shown < list.length)
				piece();
		}, { rootMargin: "600px" }).observe(more);
	else
		more.addEventListener("click", piece);
	return function (wanted) { list = wanted; shown = 0; piece(); };
}

/* Text goes in as text: whatever a trace holds, it becomes no element. */
function cell(row, text, right) {
	var td = row.insertCell();
	td.textContent = text === null ? "" : text;
	if (right)
		td.className = "r";
	return td;
}

function worst(found) {
	var order = ["", "info", "notice", "warning", "error", "critical"];
	return order[Math.max.apply(null, found.map(function (f) { return order.indexOf(f[2]); }))];
}

var sessions = data("session-data");
if (sessions) {
	var table = document.getElementById("sessions"), body = table.tBodies[0];
	var more = document.getElementById("sessions-more");
	var search = document.getElementById("search"), only = document.getElementById("only");
	var column = 0, down = false;
	var right = [1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0];
	var fill = grow(more, function (s) {
		var row = body.insertRow();
		s.forEach(function (value, i) {
			if (i === 14) {
				var td = cell(row, "", false);
				td.className = "ids";
				value.forEach(function (id, j) {
					if (j)
						td.append(" ");
					var a = document.createElement("a");
					a.href = "#finding-" + id[0];
					a.textContent = id[1];
					td.append(a);
				});
				if (value.length)
					row.className = "hit " + worst(value);
			} else {
				var counted = typeof value === "number" && (i >= 7 && i <= 10 || i === 12);
				cell(row, counted ? value.toLocaleString("en").replace(/,/g, " ") : value, right[i]);
			}
		});
	}, function () { return sessions.length; });
	var show = function () {
		var words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
		var wanted = sessions.filter(function (s) {
			if (only.checked && !s[14].length)
				return false;
			var line = words.length ? s.join(" ").toLowerCase() : "";
			return words.every(function (w) { return line.indexOf(w) >= 0; });
		});
		if (column || down)
			wanted.sort(function (a, b) {
				var x = column === 14 ? a[14].length : a[column], y = column === 14 ? b[14].length : b[column];
				if (x === y)
					return 0;
				if (x === null || y === null)
					return x === null ? 1 : -1;
				return (x < y ? -1 : 1) * (down ? -1 : 1);
			});
		body.textContent = "";
		fill(wanted);
	};
	Array.prototype.forEach.call(table.tHead.rows[0].cells, function (th, i) {
		th.tabIndex = 0;
		var sort = function () {
			down = column === i ? !down : false;
			column = i;
			Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
			th.setAttribute("aria-sort", down ? "descending" : "ascending");
			show();
		};
		th.addEventListener("click", sort);
		th.addEventListener("keydown", function (e) { if (e.key === "Enter") sort(); });
	});
	search.addEventListener("input", show);
	only.addEventListener("change", show);
	show();
}

var notices = data("notice-data");
if (notices) {
	var list = document.getElementById("notices");
	list.textContent = "";
	grow(document.getElementById("notices-more"), function (n) {
		var li = document.createElement("li"), badge = document.createElement("span"),
			what = document.createElement("span"), id = document.createElement("span");
		li.id = "finding-" + n[0];
		li.className = n[1];
		badge.className = "badge";
		badge.textContent = n[1] + " " + n[0];
		badge.style.justifySelf = "start";
		what.className = "what";
		what.textContent = n[2];
		id.className = "id mono";
		id.textContent = n[3];
		li.append(badge, what, id);
		list.append(li);
	}, function () { return notices.length; })(notices);
}
}());
