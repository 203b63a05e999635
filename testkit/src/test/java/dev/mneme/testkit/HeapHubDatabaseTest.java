package dev.mneme.testkit;

import static dev.mneme.testkit.Fixtures.ALICE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.hub.HubDatabase;
import dev.mneme.core.hub.RecordTable;
import dev.mneme.core.model.MnemeException;
import dev.mneme.testkit.HeapHubDatabase.Call;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HeapHubDatabaseTest extends HubDatabaseContract {
    private final HeapHubDatabase.Home home = new HeapHubDatabase.Home();

    @Override
    protected HubDatabase open() {
        return new HeapHubDatabase(home);
    }

    @Override
    protected void putForeign(RecordTable table, Map<String, Object> fields) {
        home.putForeign(table, fields);
    }

    @Test
    void aLostAnswerIsOfACallThatTookPlace() {
        HeapHubDatabase database = new HeapHubDatabase(home);
        database.loseAnswers(Call.COMMIT, 1);

        assertThatThrownBy(() -> database.commit(head(ALICE, 1))).isInstanceOf(MnemeException.class);

        assertThat(database.head(ALICE).revision()).isEqualTo(1);
        assertThat(database.commit(head(ALICE, 2))).isTrue();
    }

    @Test
    void aDelayedCallTakesPlaceLater() {
        HeapHubDatabase database = new HeapHubDatabase(home);
        database.delay(Call.COMMIT, 1);

        assertThatThrownBy(() -> database.commit(head(ALICE, 1))).isInstanceOf(MnemeException.class);
        assertThat(database.head(ALICE).revision()).isZero();

        database.releaseDelayed();
        assertThat(database.head(ALICE).revision()).isEqualTo(1);
    }

    @Test
    void nothingTakesPlaceWhileItIsAway() {
        HeapHubDatabase database = new HeapHubDatabase(home);
        database.setAway(true);

        assertThatThrownBy(() -> database.commit(head(ALICE, 1))).isInstanceOf(MnemeException.class);
        assertThat(database.health().connected()).isFalse();

        database.setAway(false);
        assertThat(database.head(ALICE).revision()).isZero();
    }
}
