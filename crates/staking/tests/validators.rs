//! Validators: who is chosen, how a set comes into force, and what a contradiction costs.
#![allow(clippy::arithmetic_side_effects, clippy::unwrap_used, clippy::as_conversions)]

mod common;

use common::{COIN, HOUR, World, terms};
use gage_accounts::{Context, NewKey, Signer};
use gage_crypto::hash::sha256;
use gage_crypto::vote::{Proposal, Round, VoteKind, possession_message, vote_message};
use gage_crypto::{AccountId, Hash, PublicKey, Scheme, SignatureBytes};
use gage_staking::operations::{
    Bond, RegisterValidator, ReportEquivocation, ResignValidator, SetRoleTerms, SetValidatorRules, Unbond,
};
use gage_staking::{
    BondId, Destination, EPOCH_ENDS, Equivocation, Error, Founder, Genesis, GenesisBond, GenesisValidators, ORDERING,
    Operation, REGISTERED_MAX, Role, SignedVote, ValidatorRules, check_invariants, query, set_of, turn,
};
use gage_units::{Amount, Bps, Height};

const EPOCH: u64 = 20;

fn node(number: u8) -> ed25519_zebra::SigningKey {
    ed25519_zebra::SigningKey::from([number; 32])
}

fn key(number: u8) -> PublicKey {
    let bytes: [u8; 32] = ed25519_zebra::VerificationKey::from(&node(number)).into();
    PublicKey::new(Scheme::Ed25519, &bytes).unwrap()
}

fn sign(number: u8, message: &[u8]) -> SignatureBytes {
    SignatureBytes(node(number).sign(message).into())
}

fn address(number: u8) -> String {
    format!("10.0.0.{number}:8800")
}

fn rules() -> ValidatorRules {
    ValidatorRules {
        epoch_blocks: EPOCH,
        fixed_before: 5,
        members_min: 2,
        members_max: 2,
        slash: Bps(1_000),
        destination: Destination { waterfall: 3 },
    }
}

/// A network founded by the first two owners, with keys 1 and 2, of whom each has bonded 500.
struct Net {
    world: World,
    height: u64,
}

impl Net {
    fn new() -> Net {
        let mut world = World::new();
        world.govern(Operation::SetRoleTerms(SetRoleTerms { role: Role::Validator, terms: terms() })).unwrap();
        let id = |owner: usize, world: &World| gage_accounts::id_of(&world.draft, world.owners[owner]).unwrap();
        let founder = |owner: usize, world: &World| Founder {
            account: id(owner, world),
            key: key(owner as u8 + 1),
            address: address(owner as u8 + 1),
        };
        let bond = |owner: usize, world: &World| GenesisBond {
            account: id(owner, world),
            role: Role::Validator,
            purpose: ORDERING,
            amount: Amount(500),
        };
        let genesis = Genesis {
            bonds: vec![bond(0, &world), bond(1, &world)],
            validators: Some(GenesisValidators {
                rules: rules(),
                founders: vec![founder(1, &world), founder(0, &world)],
            }),
            ..Genesis::default()
        };
        let ctx = world.ctx(Signer::Protocol);
        world.act(|draft| gage_staking::genesis(draft, &ctx, &genesis)).unwrap();
        Net { world, height: 0 }
    }

    /// Makes blocks up to a height; each publishes the state three heights before it, or of `published`.
    fn to(&mut self, height: u64, published: Option<u64>) {
        while self.height < height {
            self.height += 1;
            self.world.time += 1_000;
            let ctx = self.ctx(Signer::Protocol);
            let at = Height(published.unwrap_or(self.height.saturating_sub(3)));
            self.world
                .act(|draft| -> Result<(), Error> {
                    turn(draft, &ctx, at);
                    Ok(())
                })
                .unwrap();
        }
    }

    fn ctx(&self, signer: Signer) -> Context<'static> {
        Context { height: Height(self.height), ..self.world.ctx(signer) }
    }

    fn run(&mut self, owner: usize, operation: Operation) -> Result<(), Error> {
        let ctx = self.ctx(Signer::Account(self.world.owners[owner]));
        self.world.act(|draft| operation.validate().and_then(|()| operation.apply(draft, &ctx)).map(|_| ()))
    }

    fn bond(&mut self, owner: usize, amount: u128) {
        let bond = Bond { role: Role::Validator, purpose: ORDERING, asset: COIN, amount: Amount(amount) };
        self.run(owner, Operation::Bond(bond)).unwrap();
    }

    fn unbond(&mut self, owner: usize, bond: u64, amount: u128) -> Result<(), Error> {
        self.run(owner, Operation::Unbond(Unbond { bond: BondId(bond), asset: COIN, amount: Amount(amount) }))
    }

    fn register(&mut self, owner: usize, number: u8) -> Result<(), Error> {
        let id: AccountId = gage_accounts::id_of(&self.world.draft, self.world.owners[owner]).unwrap();
        let proof = sign(number, &possession_message(&Hash::ZERO, &id));
        let register = RegisterValidator { node_key: key(number), address: address(number), proof };
        self.run(owner, Operation::RegisterValidator(register))
    }

    fn report(&mut self, owner: usize, equivocation: Equivocation) -> Result<(), Error> {
        self.run(owner, Operation::ReportEquivocation(ReportEquivocation { equivocation }))
    }

    /// The keys that order in an epoch.
    fn keys(&self, epoch: u64) -> Vec<PublicKey> {
        set_of(&self.world.draft, epoch).unwrap().members.iter().map(|member| member.key).collect()
    }
}

fn sorted(numbers: &[u8]) -> Vec<PublicKey> {
    let mut keys: Vec<PublicKey> = numbers.iter().map(|number| key(*number)).collect();
    keys.sort();
    keys
}

fn vote(number: u8, kind: VoteKind, round: Round, block: Option<u8>) -> SignedVote {
    let proposal = block.map(|block| Proposal { parent_view: 6, block: Hash([block; 32]) });
    SignedVote { kind, proposal, signature: sign(number, &vote_message(&Hash::ZERO, kind, round, proposal.as_ref())) }
}

/// Validator `number` notarized two blocks in one view.
fn contradiction(number: u8, epoch: u64) -> Equivocation {
    let round = Round { epoch, view: 7 };
    let votes = [1, 2].map(|block| vote(number, VoteKind::Notarize, round, Some(block)));
    Equivocation { round, validator: key(number), votes }
}

#[test]
fn the_largest_bonds_order_from_the_next_epoch_on() {
    let mut net = Net::new();
    assert_eq!(net.keys(0), sorted(&[1, 2]));
    assert_eq!(net.register(2, 3), Err(Error::BelowMinimum), "nothing is at stake");
    net.bond(2, 600);
    net.register(2, 3).unwrap();
    // Height 19 is the last of the epoch; 14 fixes the set.
    net.to(13, None);
    assert_eq!(set_of(&net.world.draft, 1).unwrap().epoch, 0);
    net.to(14, None);
    assert_eq!(net.keys(1), sorted(&[1, 3]), "of equal bonds the lower account stays");
    assert_eq!(net.keys(0), sorted(&[1, 2]), "the epoch that runs keeps its own");
    net.to(19, None);
    let view = query::validators(&net.world.draft, Height(19));
    assert_eq!((view.epoch, view.epoch_ends, view.members.len()), (1, Some(Height(39)), 2));
    assert_eq!(view.registered.len(), 3);
    // Nothing changes: no new set.
    net.to(39, None);
    assert_eq!(set_of(&net.world.draft, 2).unwrap().epoch, 1);
}

#[test]
fn a_set_that_nobody_published_does_not_come_into_force() {
    let mut net = Net::new();
    net.bond(2, 600);
    net.register(2, 3).unwrap();
    net.to(14, None);
    // Up to the last block of the epoch no header publishes what block 14 fixed.
    net.to(19, Some(13));
    assert_eq!(net.keys(1), sorted(&[1, 2]));
    // The next epoch fixes it again.
    net.to(39, None);
    assert_eq!(net.keys(2), sorted(&[1, 3]));
}

#[test]
fn with_too_few_candidates_the_set_goes_on() {
    let mut net = Net::new();
    net.run(0, Operation::ResignValidator(ResignValidator {})).unwrap();
    assert_eq!(net.run(0, Operation::ResignValidator(ResignValidator {})), Err(Error::NotAValidator));
    net.to(39, None);
    assert_eq!(net.keys(2), sorted(&[1, 2]));
    let one = SetValidatorRules { members_min: 1, members_max: 2, slash: Bps(1), destination: rules().destination };
    assert!(net.run(1, Operation::SetValidatorRules(one)).is_err(), "only governance sets rules");
    net.world.govern(Operation::SetValidatorRules(one)).unwrap();
    net.to(59, None);
    assert_eq!(net.keys(3), sorted(&[2]));
}

#[test]
fn a_new_key_orders_from_the_next_epoch_on() {
    let mut net = Net::new();
    assert_eq!(net.register(1, 1), Err(Error::ValidatorKeyTaken));
    net.register(1, 9).unwrap();
    net.to(20, None);
    assert_eq!((net.keys(0), net.keys(1)), (sorted(&[1, 2]), sorted(&[1, 9])));
    // What the old key did in its epoch is answered for.
    net.report(0, contradiction(2, 0)).unwrap();
    assert_eq!(net.report(0, contradiction(2, 1)), Err(Error::NotAValidator));
}

#[test]
fn nobody_registers_what_is_not_his_or_cannot_be_reached() {
    let mut net = Net::new();
    net.bond(2, 600);
    let id = gage_accounts::id_of(&net.world.draft, net.world.owners[0]).unwrap();
    let proof = sign(3, &possession_message(&Hash::ZERO, &id));
    let offer = |address: &str, proof| {
        Operation::RegisterValidator(RegisterValidator { node_key: key(3), address: address.to_owned(), proof })
    };
    assert_eq!(net.run(2, offer("10.0.0.3:8800", proof)), Err(Error::NoProofOfKey), "made for another account");
    for bad in ["", "10.0.0.3", "10.0.0.3:0", "0.0.0.0:8800", "host:8800", "10.0.0.3:08800", &"1".repeat(80)] {
        assert_eq!(net.run(2, offer(bad, proof)), Err(Error::BadAddress), "{bad}");
    }
    let other = PublicKey::new(Scheme::P256, &p256_point()).unwrap();
    let bad = RegisterValidator { node_key: other, address: address(3), proof };
    assert_eq!(net.run(2, Operation::RegisterValidator(bad)), Err(Error::BadValidatorKey));
}

/// The base point of P-256, compressed.
fn p256_point() -> [u8; 33] {
    let x = "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296";
    let mut bytes = [3; 33];
    for (index, byte) in bytes.iter_mut().skip(1).enumerate() {
        *byte = u8::from_str_radix(&x[2 * index..2 * index + 2], 16).unwrap();
    }
    bytes
}

#[test]
fn a_bond_answers_as_long_as_its_owner_orders() {
    let mut net = Net::new();
    assert_eq!(net.unbond(0, 0, 1), Err(Error::StillServing));
    net.bond(2, 600);
    net.register(2, 3).unwrap();
    assert_eq!(net.unbond(2, 2, 501), Err(Error::BelowMinimum));
    assert_eq!(net.unbond(2, 2, 600), Err(Error::StillRegistered));
    net.to(14, None);
    assert_eq!(net.unbond(2, 2, 1), Err(Error::StillServing), "the next set has him");
    // The second owner is in the set of this epoch, and not of the next.
    assert_eq!(net.unbond(1, 1, 400), Err(Error::StillServing));
    net.to(20, None);
    net.unbond(1, 1, 400).unwrap();
    // What he did in his epoch is answered for by what leaves, too: a tenth of 100 and of 400.
    net.report(0, contradiction(2, 0)).unwrap();
    let slash = &query::slashes(&net.world.draft, gage_staking::SlashId(0))[0];
    assert_eq!((slash.amount, slash.waterfall), (Amount(10 + 40), 3));
}

#[test]
fn a_contradiction_costs_a_part_of_the_bond_once_and_bars() {
    let mut net = Net::new();
    net.to(3, None);
    net.report(2, contradiction(1, 0)).unwrap();
    let bond = query::bond(&net.world.draft, BondId(0)).unwrap();
    assert_eq!(bond.active, Amount(450));
    // The same view again, by other votes: one offence.
    let round = Round { epoch: 0, view: 7 };
    let kinds = [(VoteKind::Nullify, None), (VoteKind::Finalize, Some(1))];
    let votes = kinds.map(|(kind, block)| vote(1, kind, round, block));
    let again = Equivocation { round, validator: key(1), votes };
    assert_eq!(net.report(2, again), Err(Error::AlreadySlashed));
    let other = Round { epoch: 0, view: 8 };
    let votes = kinds.map(|(kind, block)| vote(1, kind, other, block));
    net.report(2, Equivocation { round: other, validator: key(1), votes }).unwrap();
    assert_eq!(query::bond(&net.world.draft, BondId(0)).unwrap().active, Amount(405));
    assert_eq!(net.register(0, 1), Err(Error::Barred));
    net.bond(2, 600);
    net.register(2, 3).unwrap();
    net.to(19, None);
    assert_eq!(net.keys(1), sorted(&[2, 3]));
}

#[test]
fn only_two_votes_of_one_validator_in_one_view_that_exclude_each_other_are_evidence() {
    use VoteKind::{Finalize, Notarize, Nullify};
    let mut net = Net::new();
    net.to(3, None);
    let round = Round { epoch: 0, view: 7 };
    let of = |a: (VoteKind, Option<u8>), b: (VoteKind, Option<u8>)| {
        let votes = [vote(1, a.0, round, a.1), vote(1, b.0, round, b.1)];
        Equivocation { round, validator: key(1), votes }
    };
    // An honest validator notarizes and finalizes one block, or notarizes it and skips the view.
    let honest = [
        of((Notarize, Some(1)), (Finalize, Some(1))),
        of((Notarize, Some(1)), (Nullify, None)),
        of((Notarize, Some(1)), (Notarize, Some(1))),
        of((Nullify, None), (Nullify, None)),
        of((Finalize, Some(1)), (Finalize, Some(1))),
        of((Notarize, Some(1)), (Finalize, Some(2))),
        of((Nullify, Some(1)), (Finalize, Some(1))),
        of((Nullify, None), (Finalize, None)),
    ];
    for evidence in honest {
        assert_eq!(net.report(2, evidence), Err(Error::NoContradiction), "{evidence:?}");
    }
    let good = contradiction(1, 0);
    let refused = |net: &mut Net, change: &dyn Fn(&mut Equivocation)| {
        let mut changed = good;
        change(&mut changed);
        net.report(2, changed).unwrap_err()
    };
    assert_eq!(refused(&mut net, &|it| it.votes[1].signature.0[9] ^= 1), Error::VoteNotSigned);
    assert_eq!(refused(&mut net, &|it| it.round.view += 1), Error::VoteNotSigned);
    assert_eq!(refused(&mut net, &|it| it.validator = key(2)), Error::VoteNotSigned);
    assert_eq!(refused(&mut net, &|it| it.validator = key(3)), Error::NotAValidator);
    assert_eq!(refused(&mut net, &|it| it.round.epoch = 1), Error::EvidenceFromTheFuture);
    net.to(25, None);
    net.world.time += 11 * HOUR;
    assert_eq!(net.report(2, good), Err(Error::EvidenceTooOld));
}

#[test]
fn new_keys_take_over_one_by_one() {
    let mut net = Net::new();
    // Both founders have new keys; one has room, and of equal bonds it is the first account's.
    net.register(0, 8).unwrap();
    net.register(1, 9).unwrap();
    net.to(19, None);
    assert_eq!(net.keys(1), sorted(&[8, 2]), "the other goes on under the old key");
    net.to(39, None);
    assert_eq!(net.keys(2), sorted(&[8, 9]));
}

#[test]
fn whoever_is_outbid_leaves_only_as_new_keys_have_room() {
    let mut net = Net::new();
    net.bond(0, 200);
    net.bond(2, 600);
    net.register(0, 8).unwrap();
    net.register(2, 3).unwrap();
    net.to(19, None);
    assert_eq!(net.keys(1), sorted(&[2, 8]));
    net.to(39, None);
    assert_eq!(net.keys(2), sorted(&[3, 8]));
}

/// Where as many are registered as may be, whoever bonds more than the least takes its place.
#[test]
fn a_full_list_gives_way_to_larger_bonds() {
    let mut net = Net::new();
    let mut offer = |number: usize, bonded: u128| {
        let node = ed25519_zebra::SigningKey::from(sha256(&number.to_le_bytes()).0);
        let bytes: [u8; 32] = ed25519_zebra::VerificationKey::from(&node).into();
        let node_key = PublicKey::new(Scheme::Ed25519, &bytes).unwrap();
        let (ctx, keys) = (net.ctx(Signer::Protocol), [NewKey::owner(node_key)]);
        let id = gage_accounts::derive_id(&Hash::ZERO, &keys, 1).unwrap();
        let owner = gage_accounts::open_for_genesis(&mut net.world.draft, &ctx, id, &keys, 1).unwrap();
        gage_ledger::mint(&mut net.world.draft, &ctx, gage_staking::MODULE, COIN, owner, Amount(bonded)).unwrap();
        net.world.owners.push(owner);
        let place = net.world.owners.len() - 1;
        net.bond(place, bonded);
        let proof = SignatureBytes(node.sign(&possession_message(&Hash::ZERO, &id)).into());
        net.run(place, Operation::RegisterValidator(RegisterValidator { node_key, address: address(1), proof }))
    };
    let newcomers = REGISTERED_MAX - 2;
    for number in 0..newcomers {
        offer(number, 200 + number as u128 % 2).unwrap();
    }
    assert_eq!(offer(newcomers, 200), Err(Error::TooManyValidators));
    // Of all with the least bond, the youngest gives way.
    offer(newcomers + 1, 202).unwrap();
    let registered = query::validators(&net.world.draft, Height(0)).registered;
    assert_eq!(registered.len(), REGISTERED_MAX);
    let least = gage_accounts::id_of(&net.world.draft, net.world.owners[3 + newcomers - 2]);
    assert!(registered.iter().all(|it| it.account != least));
}

/// One with two accounts gives the second the key that the first has ordered under: a key orders once.
#[test]
fn an_old_key_that_another_has_registered_is_not_gone_back_to() {
    let mut net = Net::new();
    let rules = SetValidatorRules { members_min: 2, members_max: 3, slash: Bps(1), destination: rules().destination };
    net.world.govern(Operation::SetValidatorRules(rules)).unwrap();
    net.bond(0, 100);
    net.bond(2, 200);
    net.register(0, 8).unwrap();
    net.register(1, 9).unwrap();
    net.register(2, 2).unwrap();
    net.to(19, None);
    assert_eq!(net.keys(1), sorted(&[2, 8]));
    check_invariants(&net.world.draft).unwrap();
}

#[test]
fn as_many_come_as_leave() {
    let mut net = Net::new();
    net.bond(2, 600);
    net.register(2, 3).unwrap();
    net.register(1, 9).unwrap();
    net.run(0, Operation::ResignValidator(ResignValidator {})).unwrap();
    net.to(19, None);
    // The newcomer has the room; the second has the seat of the one who left only under the old key.
    assert_eq!(net.keys(1), sorted(&[2, 3]));
    let mut net = Net::new();
    net.report(2, contradiction(1, 0)).unwrap();
    net.report(2, contradiction(2, 0)).unwrap();
    net.bond(2, 600);
    net.register(2, 3).unwrap();
    let one = SetValidatorRules { members_min: 1, members_max: 2, slash: Bps(1), destination: rules().destination };
    net.world.govern(Operation::SetValidatorRules(one)).unwrap();
    net.to(19, None);
    assert_eq!(net.keys(1), sorted(&[3]));
}

#[test]
fn sets_are_forgotten_once_no_evidence_counts() {
    let mut net = Net::new();
    net.register(0, 8).unwrap();
    net.to(20 * 2, None);
    assert_eq!(set_of(&net.world.draft, 0).unwrap().epoch, 0);
    net.world.time += 400 * 24 * HOUR;
    net.to(20 * 5, None);
    assert_eq!(set_of(&net.world.draft, 0), None);
    assert_eq!(net.keys(4), sorted(&[8, 2]));
}

#[test]
fn a_network_without_rules_has_no_validators_to_register() {
    let mut world = World::new();
    world.govern(Operation::SetRoleTerms(SetRoleTerms { role: Role::Validator, terms: terms() })).unwrap();
    let mut net = Net { world, height: 3 };
    assert_eq!(net.register(0, 1), Err(Error::NoValidators));
    assert_eq!(net.report(0, contradiction(1, 0)), Err(Error::NoValidators));
    net.to(50, None);
    assert_eq!(query::validators(&net.world.draft, Height(50)).members, []);
}

#[test]
fn rules_and_founders_have_bounds() {
    let refused = |change: &dyn Fn(&mut ValidatorRules)| {
        let mut changed = rules();
        change(&mut changed);
        match changed.check() {
            Err(Error::TermsOutOfBounds { param }) => param,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(rules().check(), Ok(()));
    assert_eq!(refused(&|it| it.epoch_blocks = 6), "epoch_blocks");
    assert_eq!(refused(&|it| it.epoch_blocks = u64::MAX), "epoch_blocks");
    assert_eq!(refused(&|it| it.fixed_before = 0), "fixed_before");
    assert_eq!(refused(&|it| it.fixed_before = u64::MAX), "epoch_blocks");
    assert_eq!(refused(&|it| it.members_min = 3), "members_min");
    assert_eq!(refused(&|it| it.members_min = 0), "members_min");
    assert_eq!(refused(&|it| it.members_max = 129), "members_max");
    assert_eq!(refused(&|it| it.slash = Bps(10_001)), "slash");
    assert_eq!(refused(&|it| it.slash = Bps(0)), "slash");
}

#[test]
fn the_times_of_epochs_are_kept_as_long_as_evidence_may_count() {
    let mut net = Net::new();
    net.to(20 * 4, None);
    assert_eq!(EPOCH_ENDS.len(&net.world.draft), 4);
    net.world.time += 400 * 24 * HOUR;
    net.to(20 * 7, None);
    let kept: Vec<u64> = EPOCH_ENDS.iter(&net.world.draft).map(|(epoch, _)| *epoch).collect();
    assert_eq!(kept, [4, 5, 6]);
}
