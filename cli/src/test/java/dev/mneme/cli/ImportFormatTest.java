package dev.mneme.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mneme.cli.imports.ImportFormat;
import dev.mneme.cli.terminal.Failure;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A file is recognised by what it begins with.
class ImportFormatTest {
    private static ImportFormat of(String beginning) {
        return ImportFormat.of(beginning.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '~',
            value = {
                "{\"export\":{\"format\":\"mneme\",\"version\":1}} => MNEME",
                "[{\"memory\":\"a\"}] => MEM0",
                "[] => MEM0",
                "{\"results\":[{\"memory\":\"a => MEM0",
                "{\"count\":2,\"next\":null,\"results\":[] => MEM0",
                "{\"memories\":[ => MEM0",
                "{\"items\":[ => MEM0",
                "{\"result\":{\"points\":[ => MEM0",
                "{\"memory\":\"a\",\"user_id\":\"u\"} => MEM0",
                "{\"id\":1,\"payload\":{\"data\":\"a\"}} => MEM0",
                "{\"text\":\"a\",\"userId\":\"u\"} => JSONL",
                "{\"userId\":\"u\",\"text\":\"cut off in the mid => JSONL",
                "text,userId => CSV",
                "memory => CSV",
                "user_id;memory;metadata.source => CSV",
                "\"text\",\"run_id\" => CSV",
            })
    void isRecognised(String beginning, ImportFormat format) {
        assertThat(of(beginning)).isEqualTo(format);
        assertThat(of("\r\n " + beginning + "\n")).isEqualTo(format);
    }

    @Test
    void anObjectOverSeveralLinesIsADocument() {
        assertThat(of("{\n\"text\":\"a\",\n\"userId\":\"u\"\n}")).isEqualTo(ImportFormat.MEM0);
        assertThat(of("{\"text\":\"a\",\"userId\":\"u\"}\n{\"text\":\"b\"}")).isEqualTo(ImportFormat.JSONL);
    }

    @Test
    void aLongBeginningTellsWithoutItsEnd() {
        assertThat(of("{\"results\":[" + "{\"memory\":\"a\"},".repeat(4_000))).isEqualTo(ImportFormat.MEM0);
        assertThat(of("{\"text\":\"" + "a".repeat(60_000))).isEqualTo(ImportFormat.JSONL);
        assertThat(of("text\tuserId\n" + "a\tb\n".repeat(10_000))).isEqualTo(ImportFormat.CSV);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name,address",
                "just some words",
                "{\"name\":\"no memory\"}",
                "<html>",
                "\"never closed",
                "\ufffd\ufffd\ufffd",
            })
    void whatCannotBeToldIsAskedFor(String beginning) {
        assertThatThrownBy(() -> of(beginning)).isInstanceOf(Failure.class).hasMessageContaining("--format");
    }

    @Test
    void whatIsNoTextSaysWhatToDo() {
        assertThatThrownBy(() -> ImportFormat.of(new byte[] {0x1f, (byte) 0x8b, 8, 0}))
                .hasMessageContaining("gunzip");
        assertThatThrownBy(() -> ImportFormat.of(new byte[] {'P', 'K', 3, 4, 20}))
                .hasMessageContaining("ZIP");
        assertThatThrownBy(() -> ImportFormat.of(new byte[] {(byte) 0xff, (byte) 0xfe, '{', 0}))
                .hasMessageContaining("iconv");
        assertThatThrownBy(() -> of("{\"a\":\"\0\"}")).hasMessageContaining("NUL");
        assertThatThrownBy(() -> of(" \n")).hasMessageContaining("empty");
    }
}
