use super::*;
use crate::host::Host;
use crate::stack::kernel::{Address, LinkKind};
use bstr::ByteSlice;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

/// The links lan0, lan1 and the bridge br0, as a hook line finds them.
fn kernel() -> Kernel {
    let mut kernel = Kernel::default();
    for (name, address) in [("lan0", "b4:99:ba:00:00:01"), ("lan1", "b4:99:ba:00:00:02")] {
        let address = MacAddress::parse(address.as_bytes()).map_or(Address::Unknown, Address::Known);
        kernel.add_physical(BStr::new(name), address);
    }
    kernel.add(BStr::new("br0"), LinkKind::Bridge, None, None).unwrap();
    kernel.see_files(&Host::new("/nonexistent")); // a host without files
    kernel
}

fn run_line(kernel: &mut Kernel, line: &str) -> Run {
    let environment = [("IFACE", "br0"), ("IF_ADDRESS", "10.9.0.1"), ("IF_BRIDGE_PORTS", "lan0 lan1")];
    let environment: BTreeMap<_, _> = environment.map(|(name, value)| (name.into(), value.into())).into();
    let token = Token { text: line.into(), span: Span::new(0, line.len()) };
    run(kernel, &Arc::from(Path::new("etc/network/interfaces")), &token, || &environment)
}

/// What a line leaves: its status, and the address that it sets br0 to.
fn effect(line: &str) -> String {
    effect_on(&mut kernel(), line)
}

fn effect_on(kernel: &mut Kernel, line: &str) -> String {
    let status = run_line(kernel, line).status;
    let bridge = kernel.link(BStr::new("br0"));
    let set = bridge.is_some_and(|link| link.set_by.is_some());
    let address = match kernel.address(BStr::new("br0")) {
        Some(Address::Known(address)) if set => address.to_string(),
        Some(_) if set => "unknown".to_owned(),
        Some(_) => "-".to_owned(),
        None => "none".to_owned(),
    };
    format!("{} {address}", if status == Status::Success { "ok" } else { "fails" })
}

/// Lines and what they leave, measured with dash, iproute2 6.1.0 and net-tools 2.10 on kernel 6.18.
const MEASURED: &str = include_str!("measured.txt");

#[test]
fn lines_do_what_was_measured() {
    let mut wrong = Vec::new();
    for row in MEASURED.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let (line, measured) = row.split_once(" => ").unwrap();
        let line = line.replace("\\n", "\n");
        let told = effect(&line);
        if told != measured {
            wrong.push(format!("{row}, but told {told}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn an_address_that_is_not_known_is_not_invented() {
    for (line, left) in [
        ("ip link set br0 address 02:$(cut -d: -f2- /sys/class/net/lan9/address)", "ok unknown"),
        ("ip link set br0 address $(ip link show lan9 | awk '/ether/ {print $2}' | sed 's/^00/52/')", "ok unknown"),
        ("ip link set br0 address $(cat /sys/class/net/lan9/address)", "ok unknown"),
        ("ip link set br0 address $(ip link show lan9 | awk '/ether/ {print $2}')", "ok unknown"),
        ("ip link set br0 address $(ip link show lan9 | awk '/ether/ {print $1}')", "fails -"),
        ("[ $(cut -c3 /sys/class/net/lan9/address) = : ] || ip link set br0 address 52:54:00:aa:bb:cc", "ok -"),
    ] {
        let mut kernel = kernel();
        kernel.add_physical(BStr::new("lan9"), Address::Unknown);
        assert_eq!(effect_on(&mut kernel, line), left, "{line}");
    }
}

/// Where a line tried to set an address, to what, and how that ended.
fn attempts(line: &str) -> Vec<String> {
    let show = |attempt: Attempt| {
        let piece = attempt.place.span.of(line.as_bytes()).as_bstr().to_string();
        let meant = attempt.meant.map_or("?".to_owned(), |meant| meant.to_string());
        let end = attempt.failed.map_or("done".to_owned(), |why| format!("{why}, {}", attempt.bad_value));
        format!("{} at {piece}: {meant}: {end}", attempt.link)
    };
    run_line(&mut kernel(), line).attempts.into_iter().map(show).collect()
}

#[test]
fn attempts_tell_their_place_and_their_end() {
    for (line, told) in [
        ("ip l s br0 a 52:54:0:aa:bb:cc", "br0 at 52:54:0:aa:bb:cc: 52:54:00:aa:bb:cc: done"),
        ("ip link set lan0 address '52:54:00:aa:bb:cc'", "lan0 at '52:54:00:aa:bb:cc': 52:54:00:aa:bb:cc: done"),
        ("sh -c 'ip link set $IFACE address 52:54:00:aa:bb:cc'", "br0 at 52:54:00:aa:bb:cc: 52:54:00:aa:bb:cc: done"),
        (
            "X=$(ip link show lan0 | awk '/ether/ {print $2}'); ip link set br0 address $X",
            "br0 at $X: b4:99:ba:00:00:01: done",
        ),
        ("read X < /etc/our-address; ip link set br0 address $X", "br0 at $X: ?: done"),
        ("ip link set br0 address $(some-program)", "br0 at $(some-program): ?: done"),
        ("macchanger --mac=52:54:00:aa:bb:cc br0", "br0 at 52:54:00:aa:bb:cc: 52:54:00:aa:bb:cc: done"),
        ("macchanger -r br0", "br0 at -r: ?: done"),
        (
            "ip link set br1 address 52:54:00:aa:bb:cc",
            "br1 at 52:54:00:aa:bb:cc: 52:54:00:aa:bb:cc: br1 does not exist then (`Cannot find device`), false",
        ),
        (
            "ip link set br0 address 52-54-00-aa-bb-cc",
            "br0 at 52-54-00-aa-bb-cc: 52:54:00:aa:bb:cc: \
             `ip` refuses it (`Invalid address length 1 - must be 6 bytes`), true",
        ),
        (
            "ip link add br1 type bridge address 52:54:00:aa:bb:cc",
            "br1 at 52:54:00:aa:bb:cc: 52:54:00:aa:bb:cc: `address` must stand before `type`, false",
        ),
        (
            "ip addr set dev br0 address 52:54:00:aa:bb:cc",
            "br0 at 52:54:00:aa:bb:cc: 52:54:00:aa:bb:cc: `ip address` knows no such command, false",
        ),
        (
            "ifconfig br0 ether 52:54:00:aa:bb:cc",
            "br0 at 52:54:00:aa:bb:cc: 52:54:00:aa:bb:cc: `ifconfig` wants `hw` before `ether`, false",
        ),
        (
            "echo 52:54:00:aa:bb:cc > /sys/class/net/br0/address",
            "br0 at /sys/class/net/br0/address: 52:54:00:aa:bb:cc: the kernel lets nobody write that file, false",
        ),
    ] {
        assert_eq!(attempts(line), [told], "{line}");
    }
    assert!(attempts("ip link set br0 up; ip link show br0").is_empty());
}

#[test]
fn a_script_with_an_array_does_not_fail() {
    for line in ["bash -c 'a=(1 2); ip link set br0 up'", "bash -c 'declare -a a=(1 2)'"] {
        assert_eq!(effect(line), "ok -", "{line}");
    }
    assert_eq!(effect("bash -c 'echo (1)'"), "fails -");
}

#[test]
fn what_is_too_deep_is_not_empty() {
    let line = format!("ip link set br0 address {}52:54:00:aa:bb:cc{}", "${A:-".repeat(20), "}".repeat(20));
    assert_eq!(effect(&line), "ok unknown");
}

#[test]
fn a_sourced_file_tells_its_variables() {
    let file = Arc::from(Path::new("etc/default/bridge-utils"));
    let text = "# ours\nBRIDGE_HOTPLUG=no\n[ \"$IFACE\" = br1 ] && IF_BRIDGE_HW=lan1\nIF_BRIDGE_HW='lan0' # x\nX=$(date)\nexport A=1 B\n: ${IF_Y:=z}\n";
    let Sourced { variables, exited } = source(&mut kernel(), &file, BStr::new(text), &BTreeMap::new());
    let show = |(name, variable): (&BString, &Variable)| {
        let piece = variable.place.span.of(text.as_bytes()).as_bstr().to_string();
        format!("{name}={} at {piece}", variable.value.clone().unwrap_or_else(|| "?".into()))
    };
    let shown: Vec<String> = variables.iter().map(show).collect();
    assert_eq!(
        shown,
        ["A=1 at 1", "BRIDGE_HOTPLUG=no at no", "IF_BRIDGE_HW=lan0 at 'lan0'", "IF_Y=z at z", "X=? at $(date)"]
    );
    assert_eq!(exited, None);
    let exits = source(&mut kernel(), &file, BStr::new("exit 1"), &BTreeMap::new());
    assert_eq!(exits.exited, Some(Status::Failure));
}

#[test]
fn a_survey_takes_every_branch() {
    let environment = [("IFACE".into(), "br0".into())].into();
    for (line, links) in [
        ("ip link show $IFACE || ip link add $IFACE type bridge", &["br0"][..]),
        ("if [ -d /sys/class/net/br0 ]; then :; else brctl addbr br0; fi", &["br0"]),
        ("exit 0; ip link add v0 type veth peer name v1", &["v0", "v1"]),
        ("ip link add link eth0 name eth0.5 type vlan id 5; ip link set eth1 name lan", &["eth0.5", "lan"]),
        ("ip link set br0 up", &[]),
    ] {
        let made: Vec<String> = makes(BStr::new(line), &environment).iter().map(ToString::to_string).collect();
        assert_eq!(made, links, "{line}");
    }
}

#[test]
fn hostile_lines_end_soon() {
    for line in [
        "$(".repeat(30_000),
        "${A:-".repeat(12_000) + "x" + &"}".repeat(12_000),
        "( ".repeat(30_000),
        "A=xxxxxxxxxxxxxxxx; ".to_owned() + &"A=$A$A; ".repeat(5000),
        "for a in 1 2 3 4 5 6 7 8 9; do ".repeat(20) + ":" + &"; done".repeat(20),
        "eval ".repeat(10_000) + "ip link set br0 up",
        "f() ".repeat(16_000) + ":",
        "f() { ".repeat(10_000),
        "f() { f; f; }; f".to_owned(),
        format!("f() {{ : {}; }}; {}", "x".repeat(40_000), "f; ".repeat(8_000)),
        "cat <<a ".repeat(6_000) + "\n" + &"a\n".repeat(6_000),
        "cat <<a\n$(".repeat(5_000) + &")\na\n".repeat(5_000),
        "while :; do ".repeat(20) + ":" + &"; done".repeat(20),
        "ip link show lan0 | awk '/ether/ {print $2}'; ".repeat(1_400),
        "echo x | grep -E '(((((x{9}){9}){9}){9}){9})'; ".repeat(1_300),
        "echo a b | xargs -n1 ".repeat(3_000) + ":",
        "x".repeat(20_000_000),
        "ip link set br0 address 52:54:00:aa:bb:cc; ".repeat(400_000),
    ] {
        let _ = run_line(&mut kernel(), &line);
    }
}

/// Runs lines one after the other on a host with these files; what became of br0's address.
fn on_host(files: &[(&str, &[u8])], lines: &[&str]) -> (Option<Status>, bool) {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let mut kernel = kernel();
    let host = Host::new(dir.path());
    kernel.see_files(&host);
    let last = lines.iter().map(|line| run_line(&mut kernel, line).status).last();
    assert_eq!(host.unreadable(), []);
    (last, kernel.link(BStr::new("br0")).is_some_and(|link| link.set_by.is_some()))
}

const SET: &str = "ip link set br0 address 52:54:00:aa:bb:cc";

#[test]
fn a_batch_reads_no_options() {
    // `Object "-b" is unknown, try "ip help".`
    let batch = "-b /etc/x\n".repeat(4);
    assert_eq!(on_host(&[("etc/x", batch.as_bytes())], &["ip -b /etc/x"]), (Some(Status::Failure), false));
    let set = b"link set br0 address 52:54:00:aa:bb:cc\n";
    assert_eq!(on_host(&[("etc/x", set)], &["ip -b /etc/x"]), (Some(Status::Success), true));
    let long = [&b"link set lan0 up\n".repeat(3000)[..], set].concat();
    assert_eq!(on_host(&[("etc/x", &long)], &["ip -b /etc/x"]), (Some(Status::Success), false));
}

#[test]
fn what_grows_without_end_is_not_known() {
    let words = "a ".repeat(2000);
    let fields = format!("A='{words}'; : {}; {SET}", "$A ".repeat(3000));
    let quoted = format!("A={}; : {}; {SET}", "a".repeat(4000), "\"$A\"".repeat(100_000));
    let replaced = format!("cat /etc/x | xargs -I a echo {}", format!("{} ", "a".repeat(4000)).repeat(3));
    let fed = b"b".repeat(60_000);
    let tr = format!("echo x | tr -d '{}'; {SET}", "\u{100}-\u{10ffff}".repeat(120));
    let everywhere = format!("echo {} | grep -oE '((.?){{250}}[^a])?'; {SET}", "a".repeat(1000));
    let few = format!("echo {} | grep -oE '((.?){{50}}[^a])?'; {SET}", "a".repeat(1000));
    for (line, told) in [
        ("f() { f $@ $@ $@ $@; }; f a; ".to_owned() + SET, true),
        (fields, true),
        (quoted, false),
        (replaced + "; " + SET, true),
        (tr, true),
        (everywhere.repeat(3), true),
        (few, true),
    ] {
        assert_eq!(on_host(&[("etc/x", &fed)], &[&line]).1, told, "{}", line.get(..60).unwrap());
    }
}

#[test]
fn an_expression_is_not_looked_for_everywhere() {
    for (line, told) in [
        (format!("echo {} | grep -oE '((.?){{40}}[^a])?'", "a".repeat(1000)), None),
        (format!("echo {} | sed -E 's/((.?){{40}}[^a])?/b/g'", "a".repeat(1000)), None),
        (format!("echo {} | awk -F'b*' '{{print $2}}'", "a".repeat(1000)), None),
        (format!("echo {} | grep -oE 'a?'", "a".repeat(3)), Some("a\na\na\n".into())),
    ] {
        assert_eq!(run_line(&mut kernel(), &line).output, told, "{}", line.get(line.len() - 30..).unwrap());
    }
}

#[test]
fn a_host_runs_so_many_commands() {
    let file = b"x\n".repeat(32 * 1024);
    let line = "while :; do while :; do { :; } </etc/x; done; done";
    let mut lines = vec![line; 1000];
    lines.push("if true; then ip link set br0 address 52:54:00:aa:bb:cc; fi");
    assert_eq!(on_host(&[("etc/x", &file)], &lines), (Some(Status::Success), false));
    // Short ones are not counted.
    let mut lines = vec!["if true; then :; fi"; 20_000];
    lines.push(SET);
    assert_eq!(on_host(&[], &lines), (Some(Status::Success), true));
}

#[test]
fn a_binary_program_is_no_script() {
    let binary = b"\x7fELF\x02\x01\x01\0\0\0 ( ) ; exit 1\n";
    let line = format!("/bin/sleep 1 && {SET}");
    assert_eq!(on_host(&[("bin/sleep", binary)], &[&line]), (Some(Status::Success), true));
}

#[test]
fn a_large_file_that_a_line_names_is_no_error() {
    let large = b"x\n".repeat(9 * 1024 * 1024);
    let line = format!("grep -q x /etc/big && {SET}");
    assert_eq!(on_host(&[("etc/big", &large)], &[&line, "/etc/big"]), (Some(Status::Success), true));
}

proptest! {
    #[test]
    fn no_line_panics(line in "[a-z0-9:/ $(){}'\"`;&|<>=!#\\\\\n\\[\\]*?-]{0,60}") {
        let _ = run_line(&mut kernel(), &line);
    }

    #[test]
    fn no_list_of_words_panics(words in proptest::collection::vec(
        proptest::sample::select(vec![
            "ip", "link", "set", "add", "del", "dev", "br0", "lan0", "address", "52:54:00:aa:bb:cc", "type", "bridge",
            "vlan", "veth", "peer", "name", "master", "nomaster", "ifconfig", "hw", "ether", "brctl", "addif", "addbr",
            "macchanger", "-m", "-r", "up", "$(", ")", "(", "'", "\"", "`", "$IFACE", "${", "}", ";", "&&", "||", "|",
            "if", "then", "fi", "for", "in", "do", "done", "case", "esac", "while", "!", "[", "]", "-a", "-d",
            "/sys/class/net/br0", ">", "<", "<<", "2>&1", "sh", "-c", "eval", "\n", "link", "id", "5", "show", "exit",
        ]), 0..20)) {
        let _ = run_line(&mut kernel(), &words.join(" "));
    }
}
