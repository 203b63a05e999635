package dev.mneme.cli.imports;

/// A row's field that cannot be imported.
final class BadField extends Exception {
    private static final long serialVersionUID = 1L;

    private final String field;
    private final String detail;

    /// @param detail what is wrong and what to do, as a sentence
    BadField(String field, String detail) {
        super(detail);
        this.field = field;
        this.detail = detail;
    }

    String field() {
        return field;
    }

    String detail() {
        return detail;
    }
}
