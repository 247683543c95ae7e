//! What is said to be a simpler method trains as that does.

use crate::cases::{busy, plain};
use crate::lab::{Rig, close, distance, layer};
use mtl_core::config::{Activation, Config, Heads, Pick};
use mtl_core::lesson::simpler;

/// Trains two lessons alike and holds their losses against each other.
#[track_caller]
fn trains_alike(what: &str, own: Config, simple: Config) {
    let losses = |config: Config| {
        let mut rig = Rig::new(config);
        let before = rig.record().train;
        rig.steps(12);
        let after = rig.record();
        assert!(distance(&before, &after.train) > 1e-3, "{what} stands still");
        [after.train, after.valid].concat()
    };
    close(what, &losses(own), &losses(simple), 1e-4);
}

/// A lesson with its composed model alone.
fn bare(mut config: Config) -> Config {
    (config.population.seeds, config.population.fan) = (1, 0);
    (config.population.baselines, config.population.matched) = (false, false);
    config
}

#[test]
fn what_is_said_to_be_a_shared_bottom_trains_as_one() {
    for pick in [
        Pick::new("grouped"),
        Pick::new("mmoe").with("experts", 1.0),
        Pick::new("omoe").with("experts", 1.0),
        Pick::new("branch").with("nodes", 1.0),
    ] {
        let own = bare(busy(&pick));
        let said = simpler::architecture(&own).unwrap();
        assert!(said.ends_with("this is a shared bottom."), "{said}");
        trains_alike(said, own.clone(), Config { architecture: Pick::new("shared-bottom"), ..own });
    }
}

#[test]
fn ple_of_one_level_trains_as_cgc() {
    let mut own = bare(busy(&Pick::new("ple")));
    own.trunk = vec![layer(6, Activation::Tanh)];
    let said = simpler::architecture(&own).unwrap();
    trains_alike(said, own.clone(), Config { architecture: Pick::new("cgc"), ..own });
}

#[test]
fn where_every_task_trains_a_network_of_its_own_no_other_tasks_loss_matters() {
    let mut groups = plain(&Pick::new("grouped"));
    (1..).zip(&mut groups.tasks).for_each(|(group, task)| task.group = group);
    let tie = plain(&Pick::new("soft-sharing").with("tie", 0.0));
    let no_layer = Config { trunk: Vec::new(), ..plain(&Pick::new("shared-bottom")) };
    for own in [groups, tie, no_layer] {
        let said = simpler::architecture(&own).unwrap();
        assert!(said.ends_with("every task trains a network of its own."), "{said}");
        let after = |scale: f64| {
            let mut config = own.clone();
            config.training.learning_rate = 0.02;
            config.tasks[1].scale = scale;
            let mut rig = Rig::new(config);
            rig.steps(5);
            rig.record().train
        };
        let (one, ten) = (after(1.0), after(10.0));
        close(said, &[one[0], one[2], one[3]], &[ten[0], ten[2], ten[3]], 1e-6);
        assert_ne!(one[1], ten[1], "{said}");
    }
}

#[test]
fn what_is_said_to_be_a_simpler_balancer_trains_as_that_one() {
    for (own, simple) in [
        (Pick::new("manual"), "equal"),
        (Pick::new("linear"), "mean"),
        (Pick::new("cosmos").with("lambda", 0.0), "linear"),
        (Pick::new("graddrop").with("leak", 1.0), "equal"),
    ] {
        let own = Config { balancer: own, ..bare(busy(&Pick::new("shared-bottom"))) };
        let said = simpler::balancer(&own).unwrap();
        trains_alike(said, own.clone(), Config { balancer: Pick::new(simple), ..own });
    }
    let mut fair = bare(busy(&Pick::new("shared-bottom")));
    fair.balancer = Pick::new("fairgrad").with("alpha", 1.0);
    fair.sharing.heads = Heads::Weighed;
    let said = simpler::balancer(&fair).unwrap();
    trains_alike(said, fair.clone(), Config { balancer: Pick::new("nash-mtl"), ..fair });
}
