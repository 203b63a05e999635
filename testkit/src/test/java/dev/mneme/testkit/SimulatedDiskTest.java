package dev.mneme.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.core.spi.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedDiskTest {
    private static final byte[] TEN = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

    @Test
    void whatWasFsyncedSurvivesEveryPowerLoss() throws IOException {
        for (long seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            write(disk, true, true);
            disk.losePower();
            assertThat(disk.content("f")).isEqualTo(TEN);
        }
    }

    @Test
    void whatWasNotFsyncedIsKeptDroppedOrTorn() throws IOException {
        Set<Integer> kept = new HashSet<>();
        for (long seed = 0; seed < 200; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            write(disk, false, true);
            disk.losePower();
            int same = 0;
            byte[] left = disk.content("f");
            for (int i = 0; i < left.length; i++) {
                assertThat(left[i]).isIn((byte) 0, TEN[i]);
                same += left[i] == TEN[i] ? 1 : 0;
            }
            kept.add(same);
        }
        assertThat(kept).contains(0, 10).hasSizeGreaterThan(8);
    }

    @Test
    void aNameIsOnlyDurableAfterTheFolderWasSynced() throws IOException {
        Set<Boolean> there = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            write(disk, true, false);
            disk.losePower();
            there.add(disk.mount().exists("f"));
        }
        assertThat(there).containsExactlyInAnyOrder(true, false);
    }

    @Test
    void aFailedFsyncShowsWhatIsNotDurable() throws IOException {
        Set<Integer> sizes = new HashSet<>();
        for (long seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk(seed);
            try (Disk.File file = disk.mount().open("f")) {
                disk.mount().syncFolder();
                file.write(ByteBuffer.wrap(TEN), 0);
                disk.failSync(1);
                assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
                file.sync();
            }
            disk.killProcess();
            assertThat(disk.content("f")).isEqualTo(TEN);
            disk.losePower();
            sizes.add(disk.content("f").length);
        }
        assertThat(sizes).contains(0, 10);
    }

    @Test
    void aFullDiskRefusesToReserve() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        disk.capacity(100);
        try (Disk.File file = disk.mount().open("f")) {
            file.allocate(90);
            assertThatThrownBy(() -> file.allocate(101)).hasMessageContaining("No space left");
            assertThat(disk.used()).isEqualTo(100);
        }
    }

    @Test
    void aDeadProcessReachesNothing() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        Disk old = disk.mount();
        try (Disk.File file = old.open("f")) {
            disk.killProcess();
            assertThatThrownBy(() -> file.write(ByteBuffer.wrap(TEN), 0)).isInstanceOf(IOException.class);
            assertThatThrownBy(old::list).isInstanceOf(IOException.class);
        }
        assertThat(disk.mount().list()).containsExactly("f");
    }

    @Test
    void anOrderedPowerCutComesInTheMidstOfAChange() throws IOException {
        SimulatedDisk disk = new SimulatedDisk(1);
        disk.cutPowerAfter(2);
        try (Disk.File file = disk.mount().open("f")) {
            assertThatThrownBy(() -> file.write(ByteBuffer.wrap(TEN), 0)).hasMessageContaining("power");
            assertThatThrownBy(file::sync).hasMessageContaining("power");
            assertThat(disk.powerIsCut()).isTrue();
        }
    }

    private static void write(SimulatedDisk disk, boolean sync, boolean syncFolder) throws IOException {
        try (Disk.File file = disk.mount().open("f")) {
            file.write(ByteBuffer.wrap(TEN), 0);
            if (sync) {
                file.sync();
            }
            if (syncFolder) {
                disk.mount().syncFolder();
            }
        }
    }
}
