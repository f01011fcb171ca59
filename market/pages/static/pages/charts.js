// Draws the tables that a <figure class="chart" data-table="id"> names: the picture is made of the table's own numbers,
// so the two cannot differ, and without this script the table is the whole. No inline style or script (CSP).
"use strict";

const INK = "#26313c";
const LINES = "#d8dee4";
const COLOURS = ["#2f74a8", "#c25700", "#1d6b38", "#6b4fa0"];
const NARROW = 560;
const PRINT_WIDTH = 660;

// Series by column (th[data-series]); a row is a category, and its first link is where a click leads.
function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows].filter((row) => row.cells[0].tagName === "TH");
  return {
    categories: rows.map((row) => row.cells[0].textContent.trim()),
    links: rows.map((row) => row.cells[0].querySelector("a")?.href),
    series: heads.flatMap((head, index) =>
      head.dataset.series
        ? [{ name: head.textContent.trim(), kind: head.dataset.series, values: rows.map((row) => number(row.cells[index])) }]
        : [],
    ),
  };
}

function number(cell) {
  const text = cell.dataset.value;
  return text === undefined || text === "" ? null : Number(text);
}

function written(value, unit) {
  return value === null || value === undefined ? "—" : `${value.toLocaleString()} ${unit}`;
}

// What a screen reader says of the picture; the numbers it reads from the table.
function spoken(figure) {
  const heading = figure.closest("section")?.querySelector("h2")?.textContent.trim() ?? "";
  return `${heading}: ${document.getElementById(figure.dataset.table).caption.textContent.trim()}`;
}

function frame(figure, size) {
  return {
    animation: false,
    aria: { enabled: true, label: { description: spoken(figure) }, decal: { show: figure.dataset.kind !== "matrix" } },
    color: COLOURS,
    textStyle: { color: INK, fontFamily: getComputedStyle(figure).fontFamily, fontSize: size },
    tooltip: { renderMode: "richText", confine: true, textStyle: { color: INK, fontSize: size } },
  };
}

function axes(size) {
  return {
    label: { color: INK, fontSize: size },
    line: { axisLine: { lineStyle: { color: INK } }, splitLine: { lineStyle: { color: LINES } } },
  };
}

function columns(figure, data, unit, size) {
  const { label, line } = axes(size);
  const dense = data.categories.length > 8 || figure.clientWidth < NARROW;
  return {
    ...frame(figure, size),
    tooltip: { ...frame(figure, size).tooltip, trigger: "axis", valueFormatter: (value) => written(value, unit) },
    legend: { top: 0, textStyle: { color: INK, fontSize: size } },
    grid: { left: 8, right: 12, top: (figure.clientWidth < NARROW ? 5.4 : 3.6) * size, bottom: 8 },
    xAxis: { type: "category", data: data.categories, axisLabel: { ...label, hideOverlap: true }, ...line },
    yAxis: { type: "value", axisLabel: label, ...line },
    series: data.series.map((one) => ({
      name: one.name,
      type: one.kind,
      data: one.values,
      barMaxWidth: 56,
      symbolSize: 8,
      lineStyle: { width: 2, type: "dashed" },
      connectNulls: false,
      label: { show: one.kind === "bar" && !dense, position: "top", color: INK, fontSize: size },
    })),
  };
}

function bars(figure, data, unit, size) {
  const { label, line } = axes(size);
  const width = Math.min(220, figure.clientWidth * 0.36);
  return {
    ...frame(figure, size),
    tooltip: { ...frame(figure, size).tooltip, valueFormatter: (value) => written(value, unit) },
    grid: { left: 8, right: 5 * size, top: 8, bottom: 8 },
    xAxis: { type: "value", splitNumber: 3, axisLabel: { ...label, hideOverlap: true }, ...line },
    yAxis: {
      type: "category",
      inverse: true,
      data: data.categories,
      axisLabel: { ...label, width, overflow: "break", interval: 0 },
      ...line,
    },
    series: data.series.map((one) => ({
      name: one.name,
      type: "bar",
      data: one.values,
      barMaxWidth: 28,
      label: { show: true, position: "right", color: INK, fontSize: size, formatter: (point) => point.value?.toLocaleString() ?? "" },
    })),
  };
}

// Squares on two category axes: the darker, the more; the number stands in each.
function matrix(figure, data, unit, size) {
  const { label, line } = axes(size);
  const names = data.series.map((one) => one.name);
  const left = Math.min(130, figure.clientWidth * 0.28);
  const side = Math.max(20, Math.min(130, (figure.clientWidth - left - 24) / Math.max(names.length, 1) - 4));
  const cells = data.series.flatMap((one, x) => one.values.flatMap((value, y) => (value === null ? [] : [[x, y, value]])));
  const most = Math.max(...cells.map((cell) => Math.abs(cell[2])), 1);
  return {
    ...frame(figure, size),
    tooltip: {
      ...frame(figure, size).tooltip,
      formatter: ({ value }) => `${data.categories[value[1]]} → ${names[value[0]]}\n${written(value[2], unit)}`,
    },
    grid: { left: 8, right: 8, top: 8, bottom: 8 },
    xAxis: { type: "category", position: "top", data: names, axisLabel: { ...label, interval: 0, width: side, overflow: "break" }, ...line },
    yAxis: { type: "category", inverse: true, data: data.categories, axisLabel: { ...label, width: left, overflow: "break", interval: 0 }, ...line },
    series: [
      {
        type: "scatter",
        symbol: "rect",
        symbolSize: [side, 2.6 * size],
        data: cells.map((cell) => {
          const share = Math.abs(cell[2]) / most;
          return {
            value: cell,
            itemStyle: { color: `rgba(20, 80, 122, ${0.12 + 0.78 * share})` },
            label: { color: share > 0.45 ? "#fff" : INK },
          };
        }),
        label: { show: side > 3.4 * size, fontSize: size, formatter: ({ value }) => value[2].toLocaleString() },
      },
    ],
  };
}

function shares(figure, data, unit, size) {
  const values = data.series[0].values;
  return {
    ...frame(figure, size),
    tooltip: { ...frame(figure, size).tooltip, valueFormatter: (value) => written(value, unit) },
    series: [
      {
        type: "pie",
        radius: ["38%", "68%"],
        data: data.categories.map((name, index) => ({ name, value: values[index] })).filter((one) => one.value > 0),
        label: { color: INK, fontSize: size, formatter: "{b}\n{d}%" },
      },
    ],
  };
}

const KINDS = { columns, bars, matrix, shares };

function height(kind, data, size) {
  if (kind === "bars") return 2.9 * size * data.categories.length + 4 * size;
  if (kind === "matrix") return 3 * size * data.categories.length + 5 * size;
  return kind === "shares" ? 18 * size : 24 * size;
}

function draw(figure) {
  const table = document.getElementById(figure.dataset.table);
  const data = read(table);
  if (!data.series.some((one) => one.values.some((value) => value))) return null;
  const size = parseFloat(getComputedStyle(figure).fontSize) * 0.85;
  figure.style.height = `${height(figure.dataset.kind, data, size)}px`;
  const chart = echarts.init(figure, null, { renderer: "svg" });
  const paint = () => chart.setOption(KINDS[figure.dataset.kind](figure, data, figure.dataset.unit, size), true);
  paint();
  chart.on("click", (point) => {
    const link = data.links[point.dataIndex];
    if (link && figure.dataset.kind !== "matrix") location.assign(link);
  });
  let width = figure.clientWidth;
  new ResizeObserver(() => {
    if (figure.clientWidth === width) return;
    width = figure.clientWidth;
    chart.resize();
    paint();
  }).observe(figure);
  return chart;
}

const charts = [...document.querySelectorAll("figure.chart")].map(draw).filter(Boolean);
addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize({ width: PRINT_WIDTH })));
addEventListener("afterprint", () => charts.forEach((chart) => chart.resize({ width: "auto" })));
