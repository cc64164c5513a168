//! Every measured file: what our readers make of it is what the real programs print.
//!
//! `TRUTH=ifupdown2 cargo test --test grammar` runs one stack, `CASE=...` one case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod common;

use bridgepin::host::Host;
use bridgepin::stack::eni::{self, Config, Opt, Stanza};
use bridgepin::stack::{Software, Stack};
use pretty_assertions::assert_eq;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

type Options = Vec<(String, String)>;
/// What is shown of an interface: name, family and method (empty where not shown), options.
type Shown = (String, String, String, Options);

#[test]
fn grammar() {
    let table = common::table("grammar-interfaces.json");
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    for case in table["cases"].as_array().unwrap() {
        let id = case["id"].as_str().unwrap();
        for (key, observed) in case["observed"].as_object().unwrap() {
            if !wanted("TRUTH", key) || !wanted("CASE", id) {
                continue;
            }
            let laid = common::lay_out(&table, case, key);
            let stack: Stack = key.parse().unwrap();
            let config = read(&Host::new(&laid.host).live(true), &stack);
            let count = counts.entry(key.clone()).or_default();
            count.1 += 1;
            match std::panic::catch_unwind(|| compare(stack.software, &config, observed)) {
                Ok(()) => count.0 += 1,
                Err(_) => failures.push(format!("{id} on {key}")),
            }
        }
    }
    for (key, (agree, all)) in &counts {
        println!("grammar {key}: {agree} of {all}");
    }
    assert!(failures.is_empty(), "{} disagree:\n{}", failures.len(), failures.join("\n"));
}

fn wanted(variable: &str, text: &str) -> bool {
    std::env::var(variable).map_or(true, |wanted| text.contains(&wanted))
}

fn read(host: &Host, stack: &Stack) -> Arc<Config> {
    match stack.software {
        Software::Ifupdown => eni::ifupdown::read(host),
        Software::Ifupdown2 => eni::ifupdown2::read(host, &stack.version),
        Software::IfupdownNg => eni::ifupdown_ng::read(host, &stack.version),
        Software::Busybox => eni::busybox::read(host),
        other => panic!("{other:?} reads no interfaces"),
    }
}

fn compare(software: Software, config: &Config, observed: &Value) {
    if observed.get("ifaces").is_some() {
        let mut expected = measured(software, observed);
        let mut names: Vec<&str> = expected.iter().map(|shown| shown.0.as_str()).collect();
        names.extend(["br0"].iter().filter(|_| expected.is_empty()));
        let mut told = told(software, config, &names);
        if observed["note"].as_str().is_some_and(|note| note.contains("only the set")) {
            for shown in [&mut told, &mut expected] {
                shown.iter_mut().for_each(|iface| iface.3.sort());
                shown.sort();
            }
        }
        assert_eq!(told, expected, "{observed:#}");
    }
    if let Some(auto) = observed["auto"].as_array() {
        // ifupdown and ifupdown-ng have lo in every list.
        let auto: Vec<&str> = auto.iter().filter_map(Value::as_str).filter(|name| *name != "lo").collect();
        assert_eq!(autos(software, config), auto, "{observed:#}");
    }
    if let Some(commands) = observed["commands"].as_array() {
        let commands: Vec<&str> = commands.iter().filter_map(Value::as_str).collect();
        assert_eq!(busybox_commands(config), commands, "{observed:#}");
    }
    compare_messages(software, config, observed);
}

/// What the programs write on stderr: our readers say it too, and refuse the file when they do.
fn compare_messages(software: Software, config: &Config, observed: &Value) {
    let (refusal, about_the_question): (&str, &[&str]) = match software {
        Software::Ifupdown => ("couldn't read interfaces file", &["unknown interface"]),
        // The lookup path is only a hint at the missing python3-mako.
        Software::Ifupdown2 => {
            ("main exception: ", &["cannot find interfaces", "no ifaces found", "template lookup path"])
        }
        Software::IfupdownNg => ("could not parse", &["unknown interface"]),
        _ => ("ifup: ", &[]),
    };
    let errors = observed["error"].as_str().unwrap_or_default().lines();
    let warnings = observed["warnings"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let said: Vec<&str> =
        errors.chain(warnings).filter(|line| !about_the_question.iter().any(|text| line.contains(text))).collect();
    let refused = said.iter().any(|line| line.contains(refusal));
    assert_eq!(config.refused, refused, "{observed:#}");
    // busybox quotes a word with its indentation, or the whole line; in a loop of two files it
    // depends on the limit on open files which of them is the last.
    let plain = |text: &str| match text.split_once("Too many open files") {
        Some(_) => "Too many open files".to_owned(),
        None => text.replace("\\r", "\r").replace(['"', ' ', '\u{c}'], ""),
    };
    let ours: Vec<&str> = config.problems.iter().map(|problem| problem.message.split("; ").next().unwrap()).collect();
    for line in said {
        let known = ours.iter().any(|message| plain(line).contains(&plain(message)));
        let summary = line.contains(refusal) && matches!(software, Software::Ifupdown | Software::IfupdownNg);
        assert!(known || summary, "{line:?} is not among {ours:?}");
    }
}

/// What the program printed, in our words.
fn measured(software: Software, observed: &Value) -> Vec<Shown> {
    let get = |iface: &Value, key: &str| iface[key].as_str().unwrap_or_default().to_owned();
    let shown = observed["ifaces"].as_array().unwrap().iter().map(|iface| {
        let options = iface["options"].as_array().unwrap().iter();
        let options = options.map(|pair| (pair[0].as_str().unwrap().to_owned(), value(&pair[1])));
        let options = options.filter(|(key, _)| !is_added(software, key)).collect();
        (get(iface, "name"), get(iface, "family"), get(iface, "method"), options)
    });
    shown.collect()
}

/// Options that the program adds by itself.
fn is_added(software: Software, key: &str) -> bool {
    /// Defaults of the methods, and what is made out of `address`.
    const IFUPDOWN: &[&str] = &[
        "accept_ra",
        "autoconf",
        "broadcast",
        "dad-attempts",
        "dad-interval",
        "ll-attempts",
        "ll-interval",
        "netmask",
        "preferred-lifetime",
        "request_prefix",
    ];
    match software {
        Software::Ifupdown => IFUPDOWN.contains(&key),
        // Made out of `bridge-ports`.
        Software::IfupdownNg => key == "requires",
        _ => false,
    }
}

/// What our reader makes of the interfaces that were asked about.
fn told(software: Software, config: &Config, names: &[&str]) -> Vec<Shown> {
    if config.refused {
        return Vec::new();
    }
    let is = |stanza: &Stanza, name: &str| stanza.name.token.text == name;
    let unshown = String::new;
    match software {
        // The stanzas of a name together.
        Software::Ifupdown => {
            let shown = names.iter().filter(|name| config.stanzas.iter().any(|stanza| is(stanza, name)));
            let shown = shown.map(|name| {
                let stanzas = config.stanzas.iter().enumerate().filter(|(_, stanza)| is(stanza, name));
                let options: Vec<Options> = stanzas.map(|(index, _)| joined(config.options(index).collect())).collect();
                ((*name).to_owned(), unshown(), unshown(), options.concat())
            });
            shown.collect()
        }
        // Every stanza of its own.
        Software::Ifupdown2 => {
            let shown = config.stanzas.iter().filter(|stanza| names.iter().any(|name| is(stanza, name)));
            let shown = shown.map(|stanza| {
                let word = |token: &Option<_>| {
                    token.as_ref().map_or(unshown(), |token: &bridgepin::syntax::Token| text(&token.text))
                };
                (text(&stanza.name.token.text), word(&stanza.family), word(&stanza.method), grouped(&stanza.options))
            });
            shown.collect()
        }
        _ => {
            let interfaces = eni::ifupdown_ng::interfaces(config, true);
            let shown = interfaces.iter().filter(|interface| names.iter().any(|name| interface.name == *name));
            let shown = shown.map(|interface| {
                let vars = interface.vars.iter().flat_map(|var| printed(&var.key, &var.value)).collect();
                (text(&interface.name), unshown(), unshown(), vars)
            });
            shown.collect()
        }
    }
}

/// ifupdown joins the lines of one option, commands apart, and cuts an address's prefix length off.
fn joined(options: Vec<&Opt>) -> Options {
    let mut joined: Options = Vec::new();
    for (key, mut value) in options.into_iter().map(pair) {
        if key == "address" {
            value.truncate(value.find('/').unwrap_or(value.len()));
        }
        let command = eni::ifupdown::COMMANDS.contains(&key.as_str());
        match joined.iter_mut().find(|(known, _)| *known == key && !command) {
            Some((_, lines)) => *lines += &format!("\n{value}"),
            None => joined.push((key, value)),
        }
    }
    joined
}

/// ifupdown2 keeps the values of one option in one list.
fn grouped(options: &[Opt]) -> Options {
    let mut keys: Vec<String> = Vec::new();
    for (key, _) in options.iter().map(pair) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.iter().flat_map(|key| options.iter().map(pair).filter(move |option| option.0 == *key)).collect()
}

/// What ifupdown-ng printed was read line by line: a value of several lines became several options.
fn printed(key: &[u8], value: &[u8]) -> Options {
    let value = text(value);
    let mut lines = value.split('\n');
    let first = lines.next().unwrap_or_default().to_owned();
    let more = lines.map(|line| (line.trim().to_owned(), String::new()));
    std::iter::once((text(key), first)).chain(more).collect()
}

/// The interfaces that `--list` shows, lo left out.
fn autos(software: Software, config: &Config) -> Vec<String> {
    let mut names = Vec::new();
    for start in config.starts.iter().filter(|start| start.class == b"auto" && !config.refused) {
        let name = text(&start.name.token.text);
        // ifupdown shows nothing without a stanza, and for a pattern only links.
        let known = config.stanzas.iter().any(|stanza| stanza.name.token.text == name.as_str());
        if (known || software != Software::Ifupdown) && name != "lo" && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// What `ifup -n br0` of busybox prints for stanzas whose method runs nothing.
fn busybox_commands(config: &Config) -> Vec<String> {
    let mut commands = Vec::new();
    for stanza in config.stanzas.iter().filter(|stanza| stanza.name.token.text == "br0") {
        for phase in ["pre-up", "up"] {
            let own = stanza.options.iter().map(pair).filter(|(key, _)| key == phase);
            commands.extend(own.map(|(_, command)| command));
            commands.push(format!("run-parts /etc/network/if-{phase}.d"));
        }
    }
    commands
}

fn pair(option: &Opt) -> (String, String) {
    (text(&option.key.token.text), text(&option.value.text))
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn value(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => text(&common::base64(other["base64"].as_str().unwrap())),
    }
}
