package dev.mneme.core.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mneme.core.model.Owner;
import org.junit.jupiter.api.Test;

class QueueLimitTest {
    private static Tenant tenant(String key, String owner) {
        return new Tenant(key, Owner.user(owner));
    }

    private static int taken(Places places, Tenant tenant) {
        int taken = 0;
        while (places.take(tenant)) {
            taken++;
        }
        return taken;
    }

    @Test
    void theLastPlacesAreNeverOneKeys() {
        Places places = new Places(new QueueLimit(1_000, 1_000), 0);
        for (int owner = 0; owner < 2_000; owner++) {
            places.take(tenant("noisy", "user" + owner));
        }
        assertThat(places.taken()).isEqualTo(500);
        assertThat(places.take(tenant("quiet", "bob"))).isTrue();
    }

    @Test
    void howeverManyKeysWantAllThereIsRoomForOneMore() {
        Places places = new Places(new QueueLimit(1_000, 1_000), 0);
        for (int round = 0; round < 1_000; round++) {
            for (int key = 0; key < 9; key++) {
                places.take(tenant("noisy" + key, "user" + round));
            }
        }
        assertThat(places.taken()).isBetween(880, 920);
        assertThat(places.take(tenant("quiet", "bob"))).isTrue();
    }

    @Test
    void oneOwnerDoesNotTakeAllPlacesOfItsKey() {
        Places places = new Places(new QueueLimit(1_000, 400), 0);

        assertThat(taken(places, tenant("k", "alice"))).isEqualTo(200);
        assertThat(places.take(tenant("k", "bob"))).isTrue();
        assertThat(places.take(tenant("k", "alice"))).isFalse();
    }

    @Test
    void aKeyHasItsOwnLimit() {
        Places places = new Places(new QueueLimit(1_000, 10), 0);
        for (int owner = 0; owner < 100; owner++) {
            places.take(tenant("k", "user" + owner));
        }
        assertThat(places.taken()).isEqualTo(10);
    }

    @Test
    void whoIsServedDoesNotCountAsWaiting() {
        Places places = new Places(QueueLimit.of(0), 3);

        assertThat(taken(places, tenant("k", "alice"))).isEqualTo(3);
    }

    @Test
    void whatIsGivenBackIsFree() {
        Places places = new Places(QueueLimit.of(1), 0);
        for (int i = 0; i < 100; i++) {
            assertThat(places.take(tenant("k" + i, "alice"))).isTrue();
            assertThat(places.take(tenant("other", "bob"))).isFalse();
            places.giveBack(tenant("k" + i, "alice"));
        }
        assertThat(places.taken()).isZero();
    }
}
