package io.zsync.tests;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.TestDescriptor;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** A program: runs one test method, whose class and name are its arguments, and says how that went. */
public final class OneTest {
    static final int GREEN = 0;
    static final int RED = 1;
    static final int SKIPPED = 3;

    private OneTest() {}

    public static void main(String[] arguments) {
        AtomicInteger exit = new AtomicInteger(SKIPPED);
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(DiscoverySelectors.selectClass(arguments[0]))
                .filters((PostDiscoveryFilter) test -> FilterResult.includedIf(isMethod(test, arguments[1])))
                .build();
        TestExecutionListener listener = new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (result.getStatus() == TestExecutionResult.Status.FAILED) {
                    // One is enough, and others may take their time to fail.
                    failed(result.getThrowable().map(Object::toString).orElse(""));
                }
                if (test.isTest() && result.getStatus() == TestExecutionResult.Status.SUCCESSFUL) {
                    exit.set(GREEN);
                }
            }
        };
        try {
            LauncherFactory.create().execute(request, listener);
        } catch (OutOfMemoryError e) {
            // The one failure that the platform does not take for the test's.
            failed(e.toString());
        }
        System.exit(exit.get());
    }

    private static void failed(String how) {
        System.out.println("FAILED: " + how);
        Runtime.getRuntime().halt(RED);
    }

    private static boolean isMethod(TestDescriptor test, String name) {
        return test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName().equals(name))
                .orElse(!test.isTest());
    }
}
