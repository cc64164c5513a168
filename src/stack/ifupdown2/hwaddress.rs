//! The module address (`addons/address.py`), as far as `hwaddress` goes.

use super::address;
use super::bridge::policy_pin;
use super::interfaces::Interface;
use super::machine::{Machine, Remark};
use crate::judgement::Effect;
use crate::span::Place;
use crate::stack::commands;
use crate::stack::kernel::{Address, Cause, Errno, LinkKind};
use bstr::{BStr, ByteSlice};

impl<'a> Machine<'a> {
    /// The module address, as far as `hwaddress` goes (`process_hwaddress`).
    pub(super) fn address(&mut self, interface: &Interface<'a>) {
        let name = interface.name.as_bstr();
        self.kernel.meet(name);
        let Some(running) = self.kernel.address(name) else { return };
        let opt = interface.first("hwaddress");
        let text = opt.map(|opt| address::strip(opt.value.text.as_bstr())).filter(|text| !text.is_empty());
        let (text, place, opt) = match (text, opt) {
            (Some(text), Some(opt)) => (text, opt.value_place(), Some(opt)),
            _ => match self.policy.default_hwaddress(name).filter(|_| self.version.at_least(&[3, 4])) {
                Some((text, place)) => (text, place, None),
                None => return,
            },
        };
        let effect = self.write_address(name, text.as_bstr(), running, &place);
        match (opt, effect) {
            (Some(opt), effect) => {
                let spelled = self.spelled(opt);
                self.record.option(name, opt, spelled.as_bstr(), effect);
            }
            (None, Effect::Decides) => {
                self.record.other(name, policy_pin(self.host, &place, address::encode(&text)));
            }
            (None, _) => {}
        }
    }

    fn write_address(&mut self, name: &BStr, text: &BStr, running: Address, place: &Place) -> Effect {
        let refused = || Effect::Invalid("ifupdown2 cannot read it as an address, and `ifup` fails".to_owned());
        let Some(number) = address::number(text) else { return refused() };
        if running.known().is_some_and(|running| address::number_of(running) == number) {
            return self.skip(name, running);
        }
        let Some(address) = address::encode(text) else { return refused() };
        let unsure = running == Address::Unknown && self.floats(name) && self.kernel.ports(name).next().is_some();
        match self.kernel.set_address(name, Address::Known(address), Cause::stated(place.clone())) {
            Err(Errno::AddressNotAvailable) => {
                return Effect::Invalid(
                    "the kernel refuses a multicast or all-zero address, and `ifup` fails".to_owned(),
                );
            }
            Err(_) => return refused(),
            Ok(()) => {}
        }
        if unsure {
            self.remarks.insert(name.to_owned(), Remark::MaySkip);
        }
        if commands::guess(text) == Some(address) {
            return Effect::Decides;
        }
        Effect::Invalid(format!("ifupdown2 takes it for {address}"))
    }

    /// The write is left out where the address is the running one already. A race with the netlink
    /// cache rarely lets it through; at boot (`--perfmode`) nothing is compared.
    fn skip(&mut self, name: &BStr, running: Address) -> Effect {
        if !self.floats(name) {
            return Effect::Overridden("the same address is set before".to_owned());
        }
        if let Some(address) = running.known() {
            self.remarks.insert(name.to_owned(), Remark::Skipped(address));
        }
        Effect::Ineffective(format!(
            "{name} has this address from its port already, so `ifup` and `ifreload` do not write it and it keeps following the ports; only the boot command `ifup -a --perfmode` writes it"
        ))
    }

    fn floats(&self, name: &BStr) -> bool {
        self.kernel.link(name).is_some_and(|link| link.kind == LinkKind::Bridge && link.set_by.is_none())
    }
}
