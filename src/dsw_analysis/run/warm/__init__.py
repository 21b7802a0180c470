"""Warm execution: notebooks run in fresh processes forked from one in which everything is imported already.

A caller (`processes`) starts the warm process (`forking`), which imports (`preload`) and forks on request (`server`):
hosts, which run papermill (`client`), and kernels (`kernel`), each for one notebook, joined to its host by one pipe.
`engine` is the door for papermill, `watching` notes what a notebook reads.

That is fast because a kernel is ipykernel's own without sockets and threads, which leans on parts that ipykernel does
not promise. They are :data:`LEANS_ON` and no others, which ``tests/run/test_engine.py`` sees to; it also runs notebooks
that try everything through this engine and papermill's own and compares what they leave, cell by cell. A new ipykernel
(``pyproject.toml`` pins it) is taken when those tests pass.
"""

LEANS_ON = {
    "ipykernel.kernelapp.IPKernelApp": (
        "configure_tornado_logger init_connection_file init_gui_pylab init_heartbeat init_kernel init_poller "
        "init_sockets log_connection_info outstream_class parse_command_line write_connection_file"
    ),
    "ipykernel.ipkernel.IPythonKernel": (
        "_abort_queues _execute_sleep _supports_kernel_subshells dispatch_shell do_shutdown shell_stream"
    ),
    "ipykernel.iostream.IOPubThread": "background_socket io_loop schedule send_multipart socket thread",
    "ipykernel.iostream.OutStream": (
        "_fid _flush _is_master_process _original_stdstream_fd _should_watch _watch_pipe_fd flush write"
    ),
    "ipykernel.displayhook.ZMQDisplayHook": "get_execution_count",
}
"""Class of ipykernel -> what of it is replaced, set or called beyond its public interface."""

KEY = b"pipe"
"""Key that kernel and client sign messages with: their pipe needs none, but jupyter_client warns of an empty one."""
