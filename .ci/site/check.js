// Looks at every page of the book in a frame, at each width, and writes what is wrong below `<pre id="result">`.
// `FILES` (all files of the book) and `SCHEME` (light or dark) are told by run.

const WIDTHS = [360, 1280];
const THEMES = { light: 'light', dark: 'navy' };
const BOOK = new URL('../book/', location.href).href;
const NOT_PAGES = ['404.html', 'print.html', 'toc.html'];

const problems = new Set();
const anchors = new Map();
const links = [];

function load(frame, url) {
    return new Promise((resolve) => {
        frame.onload = () => setTimeout(resolve, 20);
        frame.src = url;
    });
}

// How much lighter one colour is than another, as WCAG 2 counts.
function contrast(a, b) {
    const light = (color) => {
        const [red, green, blue] = color.map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
}

function color(text) {
    const [red, green, blue, opacity = 1] = text.match(/[\d.]+/g).map(Number);
    return opacity === 0 ? null : [red, green, blue];
}

function background(element, view) {
    for (let it = element; it; it = it.parentElement) {
        const found = color(view.getComputedStyle(it).backgroundColor);
        if (found) return found;
    }
    return [255, 255, 255];
}

function unreadable(element, view) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasText || !element.getClientRects().length) return false;
    return contrast(color(view.getComputedStyle(element).color), background(element, view)) < 4.5;
}

// Of all that holds the text, as any of it may be what scrolls.
function tooWide(main) {
    let over = 0;
    for (let it = main; it; it = it.parentElement) over = Math.max(over, it.scrollWidth - it.clientWidth);
    return over;
}

function look(page, width, frame) {
    const [doc, view] = [frame.contentDocument, frame.contentWindow];
    const wrong = (what) => problems.add(`${page} at ${width}, ${SCHEME}: ${what}`);
    const main = doc.querySelector('main');
    if (!main || main.innerText.trim().length < 40) return wrong('has no text');
    if (!doc.documentElement.classList.contains(THEMES[SCHEME])) wrong(`is not in ${THEMES[SCHEME]}`);
    if (tooWide(main)) wrong(`is ${tooWide(main)} pixels too wide`);
    for (const image of main.querySelectorAll('img')) {
        if (!image.naturalWidth) wrong(`${image.getAttribute('src')} does not load`);
    }
    const dim = [...main.querySelectorAll('*')].find((element) => unreadable(element, view));
    if (dim) wrong(`<${dim.localName} class="${dim.className}"> can hardly be read: ${dim.innerText.slice(0, 40)}`);
    anchors.set(page, new Set([...doc.querySelectorAll('[id]')].map((element) => element.id)));
    for (const link of main.querySelectorAll('a[href]')) links.push([page, link.href]);
}

function follow([page, href]) {
    if (!href.startsWith('file:')) return;
    const [path, anchor] = decodeURI(href).split('#');
    const target = path.slice(decodeURI(BOOK).length);
    const leads = FILES.includes(target) && (!anchor || anchors.get(target)?.has(anchor));
    if (!path.startsWith(decodeURI(BOOK)) || !leads) problems.add(`${page}: ${href} leads nowhere`);
}

async function run() {
    const frame = document.body.appendChild(document.createElement('iframe'));
    frame.height = 800;
    const pages = FILES.filter((file) => file.endsWith('.html') && !NOT_PAGES.includes(file));
    for (const width of WIDTHS) {
        frame.width = width;
        for (const page of pages) {
            await load(frame, BOOK + page);
            look(page, width, frame);
        }
    }
    links.forEach(follow);
    return [...problems, `looked at ${pages.length} pages and ${links.length} links`];
}

run().catch((error) => [`${error.stack}`]).then((lines) => {
    const result = document.createElement('pre');
    result.id = 'result';
    result.textContent = `\n${lines.join('\n')}\n`;
    document.body.replaceChildren(result);
});
