"""Starts MiniStack with the corrections of the test bed.

Environment: GATEWAY_PORT (MiniStack's own), SLIPWAY_BED_EMULATOR (path of the static program that is put
in front of a function image's own). Every correction is listed, with its reason, in the crate's README.
"""

import ministack_bed_apigateway
import ministack_bed_containers
import ministack_bed_ecr
import ministack_bed_lambda
import ministack_bed_websocket
import ministack_bed_services
from ministack.app import main

ministack_bed_containers.install()
ministack_bed_ecr.install()
ministack_bed_lambda.install()
ministack_bed_apigateway.install()
ministack_bed_websocket.install()
ministack_bed_services.install()

if __name__ == "__main__":
    main()
