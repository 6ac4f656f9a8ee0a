"""Three functions that hand an order on: HTTP to SNS to SQS."""
