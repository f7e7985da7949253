package io.zsync.cli;
import io.zsync.node.api.BenchReport;
final class BenchPage { private BenchPage() {} static String of(BenchReport r) { return ""; } }
