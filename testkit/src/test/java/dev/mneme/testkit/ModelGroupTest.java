package dev.mneme.testkit;

import dev.mneme.core.spi.Agreement;

/// The model keeps the contract that it is to do the worst of.
final class ModelGroupTest extends ReplicatedAgreementContract {
    private static long seed;

    private ModelGroup group = new ModelGroup(0, 1);

    @Override
    protected void begin(int replicas) {
        group = new ModelGroup(seed++, replicas);
    }

    @Override
    protected Agreement open(int replica) {
        return group.open(replica);
    }

    @Override
    protected void settle() {
        while (group.step()) {
            // until nothing can happen
        }
    }

    @Override
    protected void loseThePrimary() {
        group.loseThePrimary();
    }

    @Override
    protected void forget() {
        group.forgetTheOldest();
    }
}
